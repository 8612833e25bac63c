package dev.unmask.door;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.netty.channel.ChannelPipelineCustomizer;
import io.micronaut.http.server.HttpServerConfiguration;
import io.micronaut.http.server.netty.NettyServerCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http.HttpUtil;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Puts a [Wire] into every connection, until it turns out to speak HTTP/2.
@Singleton
final class Wires implements BeanCreatedEventListener<NettyServerCustomizer.Registry> {

    private static final String FIRST_HTTP1_MESSAGE = "http1-fallback-handler"; // as the server calls it

    private final Provider<HttpServerConfiguration> server;

    Wires(Provider<HttpServerConfiguration> server) {
        this.server = server;
    }

    @Override
    public NettyServerCustomizer.Registry onCreated(BeanCreatedEvent<NettyServerCustomizer.Registry> created) {
        created.getBean().register(new OfServer(server.get().getIdleTimeout()));
        return created.getBean();
    }

    private record OfServer(Duration idle) implements NettyServerCustomizer {
        @Override
        public NettyServerCustomizer specializeForChannel(Channel channel, ChannelRole role) {
            return role == ChannelRole.CONNECTION ? new OfConnection(channel.pipeline(), idle) : this;
        }
    }

    private record OfConnection(ChannelPipeline pipeline, Duration idle) implements NettyServerCustomizer {
        @Override
        public void onInitialPipelineBuilt() {
            ChannelHandlerContext upgrade = pipeline.context(HttpServerUpgradeHandler.class);
            if (upgrade != null) {
                pipeline.addBefore(upgrade.name(), null, NoUpgradeWithBody.INSTANCE);
                pipeline.addAfter(FIRST_HTTP1_MESSAGE, null, new Wire(idle));
            } else if (pipeline.get(ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND) != null) {
                pipeline.addBefore(ChannelPipelineCustomizer.HANDLER_MICRONAUT_INBOUND, null, new Wire(idle));
            }
        }
    }

    /// Ignores a request's wish to speak HTTP/2 from now on if it has a body, as every server may: the upgrade would
    /// first take in all of that body, past every limit.
    @Sharable
    private static final class NoUpgradeWithBody extends ChannelInboundHandlerAdapter {

        static final NoUpgradeWithBody INSTANCE = new NoUpgradeWithBody();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request
                    && (HttpUtil.isContentLengthSet(request) || HttpUtil.isTransferEncodingChunked(request))) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
            }
            context.fireChannelRead(message);
        }
    }
}
