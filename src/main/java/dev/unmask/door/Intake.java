package dev.unmask.door;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.micronaut.core.io.buffer.ReadBuffer;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import io.micronaut.http.exceptions.HttpStatusException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/// The body of a request on its way in, gathered piece by piece into one array. That has the length that was announced,
/// which [Inflow] bounds in sum, or grows with what comes.
public final class Intake implements Subscriber<ReadBuffer> {

    private static final int UNANNOUNCED = 8192;

    private byte[] gathered;
    private int length;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private volatile @Nullable Subscription pieces;

    private Intake(long announced) {
        this.gathered = new byte[announced < 0 ? UNANNOUNCED : Math.toIntExact(announced)];
    }

    /// The whole body of a request, unpacked to no more than `most` bytes.
    public static byte[] unpacked(HttpRequest<?> request, int most) {
        Coding coding = Coding.of(request); // refused before the body has come
        return coding.unpack(of(request, Exchanges.of(request)), most);
    }

    /// Waits for the whole body, for as long as its exchange may take. The server sees to it that it is not too long.
    private static byte[] of(HttpRequest<?> request, Exchange exchange) {
        Intake intake = new Intake(request.getContentLength());
        ((ServerHttpRequest<?>) request).byteBody().toReadBufferPublisher().subscribe(intake);
        byte[] body = intake.await(exchange);
        exchange.received();
        return body;
    }

    private byte[] await(Exchange exchange) {
        try {
            return whole.get(exchange.left(System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            stop();
            throw new HttpStatusException(
                    HttpStatus.REQUEST_TIMEOUT, "the body did not come within " + exchange.patience());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ContentLengthExceededException tooLarge) {
                throw tooLarge;
            }
            throw new UnmaskException(Fault.INVALID, "the body did not come whole: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            stop();
            Thread.currentThread().interrupt();
            throw new UnmaskException(Fault.UNAVAILABLE, "interrupted while the body came in", e);
        }
    }

    private void stop() {
        Subscription source = pieces;
        if (source != null) {
            source.cancel();
        }
    }

    @Override
    public void onSubscribe(Subscription source) {
        pieces = source;
        source.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ReadBuffer piece) {
        try (piece) {
            int more = piece.readable();
            if (gathered.length - length < more) {
                gathered = Arrays.copyOf(gathered, (int) Math.max(length + (long) more, 2L * gathered.length));
            }
            piece.toArray(gathered, length);
            length += more;
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        whole.complete(length == gathered.length ? gathered : Arrays.copyOf(gathered, length));
    }
}
