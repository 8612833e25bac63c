package dev.unmask.door;

import io.micronaut.http.BasicHttpAttributes;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.HttpConversionUtil;
import org.jspecify.annotations.Nullable;

/// The head of a request that came by HTTP.
///
/// @param stream that it came on, if that was HTTP/2
record HttpHead(HttpRequest<?> request, @Nullable Http2Stream stream) implements Head {

    /// Called on the thread of the connection, which owns the streams.
    static HttpHead of(HttpRequest<?> request) {
        return new HttpHead(request, stream(request));
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP;
    }

    @Override
    public String method() {
        return request.getMethodName();
    }

    @Override
    public String path() {
        return request.getPath();
    }

    @Override
    public String route() {
        return BasicHttpAttributes.getUriTemplate(request).orElse("");
    }

    @Override
    public Iterable<String> headers() {
        return request.getHeaders().names();
    }

    @Override
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    /// Whether the connection is closed, or the request's stream of it was reset.
    @Override
    public boolean isGone() {
        return request instanceof NettyHttpRequest<?> netty
                && (!netty.getChannelHandlerContext().channel().isActive()
                        || (stream != null && stream.state() == Http2Stream.State.CLOSED));
    }

    private static @Nullable Http2Stream stream(HttpRequest<?> request) {
        if (request instanceof NettyHttpRequest<?> netty
                && netty.getChannelHandlerContext().handler() instanceof Http2ConnectionHandler connection) {
            Integer id = request.getHeaders()
                    .getInt(HttpConversionUtil.ExtensionHeaderNames.STREAM_ID
                            .text()
                            .toString());
            return id == null ? null : connection.connection().stream(id);
        }
        return null;
    }
}
