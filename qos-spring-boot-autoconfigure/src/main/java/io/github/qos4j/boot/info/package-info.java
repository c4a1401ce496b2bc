/**
 * What the platform can do, for the info endpoint.
 */
@NullMarked
package io.github.qos4j.boot.info;

import org.jspecify.annotations.NullMarked;
