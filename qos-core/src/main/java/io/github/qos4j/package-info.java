/**
 * Quality of service for ordinary Java sockets: handles, flows and the marks they carry.
 * <p>
 * {@link io.github.qos4j.QosHandle} is the place to start. Types in packages below
 * {@code io.github.qos4j.internal} are not API.
 */
@NullMarked
package io.github.qos4j;

import org.jspecify.annotations.NullMarked;
