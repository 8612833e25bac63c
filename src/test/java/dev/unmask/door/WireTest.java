package dev.unmask.door;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A connection on a clock that stands still.
class WireTest {

    private static final Duration IDLE = Duration.ofSeconds(10);

    private final EmbeddedChannel channel = new EmbeddedChannel();

    @BeforeEach
    void connect() {
        channel.freezeTime();
        channel.pipeline().addLast(new Wire(IDLE));
    }

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    @Test
    void aConnectionWithoutAWholeHeadEnds() {
        after(9);
        assertThat(channel.isOpen()).isTrue();
        after(2);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aConnectionWithARequestInWorkStays() {
        receive(LastHttpContent.EMPTY_LAST_CONTENT);
        after(1000);
        assertThat(answer().headers().contains(HttpHeaderNames.CONNECTION)).isFalse();
        after(9);
        assertThat(channel.isOpen()).isTrue();
        after(2);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aBodyThatNobodyWantsIsDroppedForAMoment() {
        receive();
        assertThat(answer().headers().get(HttpHeaderNames.CONNECTION)).isEqualTo("close");
        after(1);
        assertThat(channel.isOpen()).isTrue();
        after(2);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void theConnectionEndsWithABodyThatNobodyWanted() {
        receive();
        answer();
        channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        after(0);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void aBriefBodyThatNobodyWantedIsNoReasonToEnd() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 100_000);
        channel.writeInbound(request);
        assertThat(answer().headers().contains(HttpHeaderNames.CONNECTION)).isFalse();
        channel.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        after(9);
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void aBriefBodyThatDoesNotComeEndsTheConnection() {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        request.headers().set(HttpHeaderNames.CONTENT_LENGTH, 100_000);
        channel.writeInbound(request);
        answer();
        after(3);
        assertThat(channel.isOpen()).isFalse();
    }

    /// The head of a request whose body may be long, and what of it comes at once.
    private void receive(Object... body) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
        request.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        channel.writeInbound(request);
        channel.writeInbound(body);
    }

    private HttpResponse answer() {
        channel.writeOutbound(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK));
        HttpResponse answer = channel.readOutbound();
        return answer;
    }

    private void after(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }
}
