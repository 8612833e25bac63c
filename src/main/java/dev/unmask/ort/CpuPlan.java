package dev.unmask.ort;

import dev.unmask.UnmaskException;

/// How one model uses the cores of a processor: `bench/results/lanes-cpu.txt` has the measurements behind it.
///
/// No more threads compute than there are cores, since a second lane that competes for the same cores made both slower.
/// One lane has up to four of them, so that a caller alone is answered as fast as can be; more cores become more lanes,
/// as the operators of small models do not divide well into more than a few threads. Lanes share the model's weights.
/// Batches beyond a few rows gain nothing on a processor.
///
/// @param lanes threads that run batches, over one [OrtModel]
/// @param threads inside one operator, for [Device.Cpu]
/// @param maxRows of one batch
public record CpuPlan(int lanes, int threads, int maxRows) {

    private static final int THREADS = 4;
    private static final int ROWS = 8;

    /// The plan for a number of cores; lanes, threads and rows are chosen where they are 0.
    public static CpuPlan of(int cores, int lanes, int threads, int maxRows) {
        int used = threads == 0 ? Math.min(THREADS, cores) : threads;
        return new CpuPlan(lanes == 0 ? Math.max(1, cores / used) : lanes, used, maxRows == 0 ? ROWS : maxRows);
    }

    public CpuPlan {
        if (lanes < 1 || threads < 1 || maxRows < 1) {
            throw UnmaskException.invalid(
                    lanes + " lanes of " + threads + " threads for " + maxRows + " rows; each is at least 1");
        }
    }
}
