/**
 * Auto-configuration that marks RabbitMQ's client.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.client.rabbit;

import org.jspecify.annotations.NullMarked;
