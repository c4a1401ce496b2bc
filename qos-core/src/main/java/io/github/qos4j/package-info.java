/**
 * Quality of service for ordinary Java sockets: handles, flows and packet marking.
 * <p>
 * Start with {@link io.github.qos4j.QosHandle}. Packages below
 * {@code io.github.qos4j.internal} are not part of the API.
 */
@NullMarked
package io.github.qos4j;

import org.jspecify.annotations.NullMarked;
