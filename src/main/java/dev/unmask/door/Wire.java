package dev.unmask.door;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One HTTP/1 connection: sees to it that nobody holds it for nothing and that hang-ups are noticed.
///
/// **Idle.** Without a request in work, it is closed when no head has come for a while, even if bytes of one drip in.
///
/// **Refused before the body has come.** What still comes is dropped for a moment, since closing at once would reset
/// the connection and the caller might never read the answer; then it is closed, unless that was brief.
///
/// **Half-closed.** A caller that closed only its sending side still wants its answer; one that closed the connection
/// does not. Both look the same from here until something is sent. So a `100 Continue` is sent, which every caller must
/// be able to ignore: where nobody listens, the system says so upon the next write.
@SuppressWarnings(
        "FutureReturnValueIgnored") // a write or close that fails closes the connection, which is told by itself
final class Wire extends ChannelDuplexHandler {

    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final int BRIEF = 1 << 20;
    private static final Duration FIRST_PROBE = Duration.ofMillis(20);

    private final Duration idle;
    private @Nullable Future<?> closing;
    private int unanswered;
    private boolean receiving; // the body of the newest request
    private boolean brief; // that body
    private boolean answering; // the oldest request
    private boolean last; // the answer that is or was sent ends the connection
    private boolean halfClosed;
    private boolean old; // HTTP/1.0, which knows no interim answers

    Wire(Duration idle) {
        this.idle = idle;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        closeAfter(context, idle);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        keepOpen();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            context.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            unanswered++;
            receiving = true;
            brief = HttpUtil.getContentLength(request, Long.MAX_VALUE) <= BRIEF;
            old = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
            keepOpen();
        }
        if (message instanceof LastHttpContent) {
            receiving = false;
            if (unanswered == 0) {
                closeAfter(context, last ? Duration.ZERO : idle);
            }
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response
                && response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            answering = true;
            last = receiving && unanswered == 1 && !brief;
            if (last) {
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
        }
        if (answering && message instanceof LastHttpContent) {
            answering = false;
            unanswered--;
            context.write(message, promise.unvoid()).addListener(_ -> answered(context));
        } else {
            context.write(message, promise);
        }
    }

    private void answered(ChannelHandlerContext context) {
        if (halfClosed) {
            context.close();
        } else if (unanswered == 0) {
            closeAfter(context, receiving ? LINGER : idle);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            halfClosed = true;
            if (receiving || unanswered == 0) {
                context.close();
            } else if (!old) {
                probe(context, FIRST_PROBE);
            }
        }
        context.fireUserEventTriggered(event);
    }

    /// Half as often each time, for the first two tell all but the farthest callers.
    private void probe(ChannelHandlerContext context, Duration next) {
        if (!answering && unanswered > 0 && context.channel().isActive()) {
            context.writeAndFlush(new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER))
                    .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            context.executor()
                    .schedule(() -> probe(context, next.multipliedBy(2)), next.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void closeAfter(ChannelHandlerContext context, Duration wait) {
        keepOpen();
        closing = context.executor().schedule(() -> close(context), wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Closes the connection unless it turned out to speak HTTP/2, which has its own ways.
    private void close(ChannelHandlerContext context) {
        if (context.pipeline().get(Http2ConnectionHandler.class) == null) {
            context.close();
        } else {
            context.pipeline().remove(this);
        }
    }

    private void keepOpen() {
        if (closing != null) {
            closing.cancel(false);
            closing = null;
        }
    }
}
