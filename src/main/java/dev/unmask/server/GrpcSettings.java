package dev.unmask.server;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.convert.format.ReadableBytes;

/// `unmask.grpc`: the Open Inference Protocol over gRPC.
///
/// @param enabled whether there is a port for it
/// @param port 0: any free one
/// @param maxMessageSize bytes of one message that comes in, unpacked
/// @param maxConcurrentCalls of one connection
@ConfigurationProperties("unmask.grpc")
record GrpcSettings(
        boolean enabled, int port, @ReadableBytes int maxMessageSize, int maxConcurrentCalls) {

    GrpcSettings {
        Check.range("unmask.grpc.port", port, 0, 65_535);
        Check.range("unmask.grpc.max-message-size", maxMessageSize, 1 << 10, Integer.MAX_VALUE);
        Check.range("unmask.grpc.max-concurrent-calls", maxConcurrentCalls, 1, 1 << 20);
    }
}
