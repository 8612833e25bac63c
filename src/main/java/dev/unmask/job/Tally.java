package dev.unmask.job;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/// Counts what a job does, and how long its parts take.
public final class Tally implements Listener {

    private static final int DIGITS = 2;

    private final LongAdder rows = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final Part read = new Part();
    private final Part prepared = new Part();
    private final Part ran = new Part();

    /// How long one part of the work takes, each time.
    public static final class Part {

        private final Recorder nanos = new Recorder(DIGITS);
        private final LongAdder sum = new LongAdder();

        void add(long took) {
            nanos.recordValue(took);
            sum.add(took);
        }

        /// Of all times together.
        public double seconds() {
            return sum.sum() / 1e9;
        }

        /// Since they were last asked for, in nanoseconds.
        public Histogram histogram() {
            return nanos.getIntervalHistogram();
        }
    }

    public long rows() {
        return rows.sum();
    }

    public long errors() {
        return errors.sum();
    }

    public long bytes() {
        return bytes.sum();
    }

    /// Reading files.
    public Part read() {
        return read;
    }

    /// Decoding pictures and bringing them to the model's size.
    public Part prepared() {
        return prepared;
    }

    /// Running batches.
    public Part ran() {
        return ran;
    }

    @Override
    public void read(long size, long nanos) {
        bytes.add(size);
        read.add(nanos);
    }

    @Override
    public void prepared(long nanos) {
        prepared.add(nanos);
    }

    @Override
    public void ran(int pictures, long nanos) {
        ran.add(nanos);
    }

    @Override
    public void done(Result result) {
        rows.increment();
        if (result.error() != null) {
            errors.increment();
        }
    }
}
