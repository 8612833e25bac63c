package dev.unmask.ort;

import dev.unmask.UnmaskException;

/// How one model uses the cores of a processor.
///
/// Every lane may use every core, so that a caller alone has the whole machine; the lanes share the model's weights and
/// its threads, which sleep when idle, so that more threads than cores cost little. With a second lane the cores have
/// work while the first lays out rows. A row costs the least processor time in batches of 2 to 8; beyond, it costs more
/// again (`bench/results/lanes-cpu.txt`, on two cores).
///
/// @param lanes threads that run batches, over one [OrtModel]
/// @param threads inside one operator, for [Device.Cpu]
/// @param maxRows of one batch
public record CpuPlan(int lanes, int threads, int maxRows) {

    private static final int LANES = 2;
    private static final int ROWS = 8;

    /// The plan for a number of cores; lanes, threads and rows are chosen where they are 0.
    public static CpuPlan of(int cores, int lanes, int threads, int maxRows) {
        return new CpuPlan(
                lanes == 0 ? Math.min(LANES, cores) : lanes,
                threads == 0 ? cores : threads,
                maxRows == 0 ? ROWS : maxRows);
    }

    public CpuPlan {
        if (lanes < 1 || threads < 1 || maxRows < 1) {
            throw UnmaskException.invalid(
                    lanes + " lanes of " + threads + " threads for " + maxRows + " rows; each is at least 1");
        }
    }
}
