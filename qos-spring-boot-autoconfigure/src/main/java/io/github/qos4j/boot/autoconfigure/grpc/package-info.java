/**
 * What the auto-configurations of gRPC clients and servers share.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.grpc;

import org.jspecify.annotations.NullMarked;
