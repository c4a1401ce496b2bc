/**
 * Actuator endpoint that shows what handles, flows and policies do, and changes it.
 */
@NullMarked
package io.github.qos4j.boot.endpoint;

import org.jspecify.annotations.NullMarked;
