/**
 * Auto-configuration that marks gRPC clients.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.client.grpc;

import org.jspecify.annotations.NullMarked;
