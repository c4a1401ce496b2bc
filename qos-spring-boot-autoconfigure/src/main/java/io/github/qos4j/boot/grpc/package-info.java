/**
 * Marks the connections of gRPC.
 */
@NullMarked
package io.github.qos4j.boot.grpc;

import org.jspecify.annotations.NullMarked;
