/**
 * Marks the connections of RabbitMQ's client.
 */
@NullMarked
package io.github.qos4j.boot.client.rabbit;

import org.jspecify.annotations.NullMarked;
