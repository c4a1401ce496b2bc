/**
 * Marks the requests of reactive applications.
 */
@NullMarked
package io.github.qos4j.boot.web.reactive;

import org.jspecify.annotations.NullMarked;
