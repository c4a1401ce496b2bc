/**
 * Auto-configuration that marks the requests of reactive applications.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.web.reactive;

import org.jspecify.annotations.NullMarked;
