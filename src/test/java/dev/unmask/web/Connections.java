package dev.unmask.web;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Tells when the server is done with a connection.
@Singleton
public final class Connections
        implements BeanCreatedEventListener<NettyServerCustomizer.Registry>, NettyServerCustomizer {

    private final LinkedBlockingQueue<Integer> closed = new LinkedBlockingQueue<>();

    @Override
    public NettyServerCustomizer.Registry onCreated(BeanCreatedEvent<NettyServerCustomizer.Registry> created) {
        created.getBean().register(this);
        return created.getBean();
    }

    @Override
    public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
        if (role == ChannelRole.CONNECTION && channel.remoteAddress() instanceof InetSocketAddress caller) {
            channel.closeFuture().addListener(_ -> closed.add(caller.getPort()));
        }
        return this;
    }

    /// Waits until the server has seen that this caller is gone.
    public void awaitEnd(Wired caller) throws InterruptedException {
        Integer port = closed.poll(20, TimeUnit.SECONDS);
        while (port != null && port != caller.port()) {
            port = closed.poll(20, TimeUnit.SECONDS);
        }
        if (port == null) {
            throw new AssertionError("the server still holds the connection of port " + caller.port());
        }
    }
}
