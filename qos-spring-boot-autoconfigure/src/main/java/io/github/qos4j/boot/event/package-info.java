/**
 * Events of handles and flows for the application context.
 */
@NullMarked
package io.github.qos4j.boot.event;

import org.jspecify.annotations.NullMarked;
