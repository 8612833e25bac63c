package dev.unmask.oip;

import dev.unmask.Call.Share;
import dev.unmask.UnmaskException;
import dev.unmask.door.Exchange;
import dev.unmask.door.Timing;
import dev.unmask.oip.ModelStatistics.Batch;
import dev.unmask.oip.ModelStatistics.Duration;
import dev.unmask.oip.ModelStatistics.Inferences;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Counts the requests of one model.
///
/// A batch may hold rows of several models of the protocol and of `/v1`. Each is counted the share of it that its rows
/// are: so the executions of all add up to the batches that ran.
final class ModelCounts {

    private final String name;
    private final Map<Integer, Batches> batches = new TreeMap<>(); // by their rows
    private long last;
    private long rows;
    private double executions;
    private Span success = Span.NONE;
    private Span fail = Span.NONE;
    private Span queue = Span.NONE;
    private Span input = Span.NONE;
    private Span infer = Span.NONE;
    private Span output = Span.NONE;

    /// How often, and how long in all.
    private record Span(long count, long nanos) {

        static final Span NONE = new Span(0, 0);

        Span plus(long more) {
            return new Span(count + 1, nanos + more);
        }

        Duration told() {
            return new Duration(count, nanos);
        }
    }

    /// Shares of batches of one size.
    private record Batches(double count, double input, double infer, double output) {

        Batches plus(Batches more) {
            return new Batches(count + more.count, input + more.input, infer + more.infer, output + more.output);
        }

        Batch told(int size) {
            return new Batch(size, duration(input), duration(infer), duration(output));
        }

        private Duration duration(double nanos) {
            return new Duration(Math.round(count), Math.round(nanos));
        }
    }

    ModelCounts(String name) {
        this.name = name;
    }

    /// Counts a request by what comes of it.
    <T> T count(Exchange exchange, Supplier<T> work) {
        long begun = System.nanoTime();
        try {
            T result = work.get();
            succeeded(exchange, System.nanoTime() - begun);
            return result;
        } catch (RuntimeException e) {
            failed(System.nanoTime() - begun);
            throw e;
        }
    }

    /// Counts a request that is turned away at the door; one that is let in is counted later, by what comes of it.
    void knocked(Runnable knock) {
        long begun = System.nanoTime();
        try {
            knock.run();
        } catch (UnmaskException refusal) {
            failed(System.nanoTime() - begun);
            throw refusal;
        }
    }

    synchronized ModelStatistics told() {
        return new ModelStatistics(
                name,
                Repository.VERSION,
                last,
                rows,
                Math.round(executions),
                new Inferences(
                        success.told(),
                        fail.told(),
                        queue.told(),
                        input.told(),
                        infer.told(),
                        output.told(),
                        Duration.NONE,
                        Duration.NONE),
                batches.entrySet().stream()
                        .map(size -> size.getValue().told(size.getKey()))
                        .toList());
    }

    private synchronized void succeeded(Exchange exchange, long nanos) {
        Timing timing = exchange.timing();
        long decode = timing.sum("decode");
        long encode = timing.sum("encode");
        last = System.currentTimeMillis();
        success = success.plus(nanos);
        queue = queue.plus(timing.sum("queue"));
        input = input.plus(decode);
        infer = infer.plus(timing.sum("infer"));
        output = output.plus(encode);
        List<Share> shares = exchange.shares();
        int own = shares.stream().mapToInt(Share::rows).sum();
        rows += own;
        for (Share share : shares) {
            double part = (double) share.rows() / share.batch();
            double ofRequest = (double) share.rows() / own;
            executions += part;
            batches.merge(
                    share.batch(),
                    new Batches(part, ofRequest * decode, part * share.nanos(), ofRequest * encode),
                    Batches::plus);
        }
    }

    private synchronized void failed(long nanos) {
        fail = fail.plus(nanos);
    }
}
