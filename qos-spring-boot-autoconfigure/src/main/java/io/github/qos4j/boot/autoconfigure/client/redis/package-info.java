/**
 * Auto-configuration that marks Redis clients.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.client.redis;

import org.jspecify.annotations.NullMarked;
