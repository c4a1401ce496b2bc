/**
 * Auto-configuration of the events of handles and flows.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.event;

import org.jspecify.annotations.NullMarked;
