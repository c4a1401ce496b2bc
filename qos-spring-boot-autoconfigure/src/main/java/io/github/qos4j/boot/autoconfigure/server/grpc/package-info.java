/**
 * Auto-configuration that marks gRPC servers.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.server.grpc;

import org.jspecify.annotations.NullMarked;
