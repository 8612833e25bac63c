package dev.unmask.cli.bench;

import org.HdrHistogram.Histogram;

/// Times in milliseconds: their mean, percentiles and maximum.
record Latency(long count, double mean, double p50, double p90, double p99, double p999, double max) {

    private static final double MICROS = 1e3;

    static Latency of(Histogram micros) {
        return new Latency(
                micros.getTotalCount(),
                micros.getMean() / MICROS,
                micros.getValueAtPercentile(50) / MICROS,
                micros.getValueAtPercentile(90) / MICROS,
                micros.getValueAtPercentile(99) / MICROS,
                micros.getValueAtPercentile(99.9) / MICROS,
                micros.getMaxValue() / MICROS);
    }
}
