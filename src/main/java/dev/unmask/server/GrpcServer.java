package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.oip.GrpcCoding;
import dev.unmask.oip.GrpcExchanges;
import dev.unmask.oip.GrpcHealth;
import dev.unmask.oip.GrpcMessages;
import dev.unmask.oip.GrpcNoMethod;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.micronaut.context.annotation.Property;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.annotation.Order;
import io.micronaut.core.order.Ordered;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.micronaut.scheduling.TaskExecutors;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port of gRPC, beside that of HTTP: open as soon as that is, and so before the models are loaded.
///
/// Not Micronaut's own module for gRPC: that is a second server in the application, with its own start, TLS and stop,
/// and knows neither our drain nor certificates of callers.
@Singleton
@Requires(property = "unmask.grpc.enabled", value = "true")
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class GrpcServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);
    /// Of java.util.logging, where each message that is too large would leave a stack trace; its caller is told. Kept
    /// here, as a logger that nobody keeps forgets its level.
    private static final java.util.logging.Logger OF_GRPC = java.util.logging.Logger.getLogger("io.grpc.netty");

    private static final Duration PINGS = Duration.ofMillis(100); // of a caller who keeps its connection alive
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

    private final GrpcExchanges exchanges;
    private final GrpcHealth health;
    private final Server server;
    private final String address;

    GrpcServer(
            GrpcSettings settings,
            TlsSettings tls,
            @Nullable @Property(name = "micronaut.server.host") String host,
            List<BindableService> services,
            GrpcExchanges exchanges,
            GrpcHealth health,
            EventLoopGroupRegistry threads,
            @Named(TaskExecutors.BLOCKING) ExecutorService workers) {
        OF_GRPC.setLevel(Level.SEVERE);
        this.exchanges = exchanges;
        this.health = health;
        this.address = "unmask.grpc.port " + settings.port() + " of " + (host == null ? "all addresses" : host);
        EventLoopGroup group = threads.getDefaultEventLoopGroup();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        host == null
                                ? new InetSocketAddress(settings.port())
                                : new InetSocketAddress(host, settings.port()))
                .channelType(NioServerSocketChannel.class)
                .bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .executor(workers)
                .maxInboundMessageSize(settings.maxMessageSize())
                .maxConcurrentCallsPerConnection(settings.maxConcurrentCalls())
                .permitKeepAliveTime(PINGS.toMillis(), TimeUnit.MILLISECONDS)
                .permitKeepAliveWithoutCalls(true)
                .decompressorRegistry(GrpcCoding.unpacking())
                .compressorRegistry(GrpcCoding.packing())
                .fallbackHandlerRegistry(new GrpcNoMethod())
                .intercept(exchanges);
        services.forEach(service -> builder.addService(GrpcMessages.of(service.bindService())));
        if (tls.certificate() != null) {
            builder.sslContext(Tls.context(tls, ApplicationProtocolNames.HTTP_2));
        }
        this.server = builder.build();
    }

    @EventListener
    void start(ServerStartupEvent started) {
        try {
            server.start();
        } catch (IOException e) {
            String reason = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new UnmaskException(Fault.UNAVAILABLE, "cannot listen on " + address + ": " + reason, e);
        }
        LOG.info("gRPC on {}:{}", started.getSource().getHost(), port());
    }

    /// The port that it listens on.
    public int port() {
        return server.getPort();
    }

    /// Closes the port and waits for the calls that are in work; those that take longer are cancelled, and those who
    /// only watch.
    void stop(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        health.drain();
        server.shutdown();
        exchanges.drain();
        try {
            while (exchanges.open() > 0 && System.nanoTime() < deadline) {
                server.awaitTermination(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (exchanges.open() > 0) {
                LOG.warn("{} gRPC calls did not end within {}", exchanges.open(), grace);
            }
            server.shutdownNow().awaitTermination(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    @PreDestroy
    public void close() {
        server.shutdownNow();
    }
}
