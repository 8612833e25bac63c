package dev.unmask.ort;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import com.sun.management.OperatingSystemMXBean;
import dev.unmask.Mask;
import dev.unmask.PatchGrid;
import dev.unmask.Tensor;
import dev.unmask.image.Decoder;
import dev.unmask.ort.BareSessions.Idle;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// How many lanes over one model, with how many threads each, and how many rows in a batch.
///
/// A lane is a thread that runs one batch after another on sessions that all lanes share. Every cell of a table is
/// measured once per round, so that a noisy neighbour meets all of them; the median over the rounds is shown.
final class LanesBenchmark {

    private static final OrtEnvironment ENVIRONMENT = Natives.environment();
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final List<Integer> ROWS = List.of(1, 2, 4, 8, 16, 32);
    private static final long CELL_NANOS = 400_000_000;

    private record Setting(int lanes, int threads, Idle idle) {
        @Override
        public String toString() {
            return lanes + "x" + threads;
        }
    }

    private record Work(int rows, int kept, boolean decode) {}

    private record Figures(double rowsPerSecond, double millisPerBatch, double cpuMillisPerRow, double pictures) {}

    private final Path bundle;
    private final PatchGrid grid;
    private final Map<String, BareSessions> sessions = new LinkedHashMap<>();
    private final byte[] photo;

    private LanesBenchmark(Path bundle) throws IOException {
        this.bundle = bundle;
        this.grid = Bundle.open(bundle).card().grid();
        this.photo = Files.readAllBytes(Path.of("photos/astronaut.jpg"));
    }

    /// `lanes BUNDLE ROUNDS ROWS` or `idle BUNDLE ROUNDS ROWS`, ROWS being the largest batch.
    public static void main(String[] arguments) throws Exception {
        LanesBenchmark benchmark = new LanesBenchmark(Path.of(arguments[1]));
        int rounds = Integer.parseInt(arguments[2]);
        List<Integer> sizes = ROWS.stream()
                .filter(rows -> rows <= Integer.parseInt(arguments[3]))
                .toList();
        showEnvironment(rounds);
        if (arguments[0].equals("lanes")) {
            benchmark.lanesAndRows("encode all", benchmark.grid.patches(), false, sizes, rounds);
            benchmark.lanesAndRows("reconstruct 25 %", benchmark.grid.patches() / 4, true, sizes, rounds);
        } else {
            benchmark.idling(sizes, rounds);
        }
    }

    private void lanesAndRows(String task, int kept, boolean decode, List<Integer> sizes, int rounds) throws Exception {
        List<Setting> settings = new ArrayList<>();
        for (int[] shape : new int[][] {{1, 1}, {1, 2}, {2, 1}, {2, 2}}) {
            settings.add(new Setting(shape[0], shape[1], Idle.SLEEP));
        }
        Map<Integer, List<Figures>> table = new LinkedHashMap<>();
        for (int rows : sizes) {
            table.put(rows, medians(settings, new Work(rows, kept, decode), 0, rounds));
        }
        String heads = settings.stream().map("%8s"::formatted).collect(Collectors.joining());
        System.out.printf(
                "%n%s, %s%n%5s%-35s%-35s%s%n",
                bundle.getFileName(), task, "", "   rows/s", "   ms per batch", "   cpu ms per row");
        System.out.printf("%5s%s   %s   %s%n", "rows", heads, heads, heads);
        table.forEach((rows, figures) -> System.out.printf(
                "%5d%s   %s   %s%n",
                rows,
                cells(figures, Figures::rowsPerSecond),
                cells(figures, Figures::millisPerBatch),
                cells(figures, Figures::cpuMillisPerRow)));
    }

    /// Whether idle threads should spin, alone and beside a thread that decodes pictures.
    private void idling(List<Integer> sizes, int rounds) throws Exception {
        System.out.printf("%n%s, encode all: idle threads, alone and beside a decoding thread%n", bundle.getFileName());
        System.out.printf(
                "%5s %6s %6s %10s %14s %10s %12s%n",
                "rows", "lanes", "idle", "rows/s", "cpu ms per row", "rows/s", "pictures/s");
        List<Setting> settings = new ArrayList<>();
        for (Idle idle : Idle.values()) {
            settings.add(new Setting(1, 2, idle));
            settings.add(new Setting(2, 2, idle));
        }
        settings.add(new Setting(2, 1, Idle.SLEEP));
        for (int rows : sizes) {
            Work work = new Work(rows, grid.patches(), false);
            List<Figures> alone = medians(settings, work, 0, rounds);
            List<Figures> beside = medians(settings, work, 1, rounds);
            for (int i = 0; i < settings.size(); i++) {
                System.out.printf(
                        "%5d %6s %6s %10.1f %14.1f %10.1f %12.1f%n",
                        rows,
                        settings.get(i),
                        settings.get(i).idle,
                        alone.get(i).rowsPerSecond,
                        alone.get(i).cpuMillisPerRow,
                        beside.get(i).rowsPerSecond,
                        beside.get(i).pictures);
            }
        }
    }

    private List<Figures> medians(List<Setting> settings, Work work, int decoders, int rounds) throws Exception {
        List<List<Figures>> measured = settings.stream()
                .map(_ -> (List<Figures>) new ArrayList<Figures>())
                .toList();
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < settings.size(); i++) {
                measured.get(i).add(measure(settings.get(i), work, decoders));
            }
        }
        return measured.stream()
                .map(all -> new Figures(
                        median(all, Figures::rowsPerSecond),
                        median(all, Figures::millisPerBatch),
                        median(all, Figures::cpuMillisPerRow),
                        median(all, Figures::pictures)))
                .toList();
    }

    private Figures measure(Setting setting, Work work, int decoders) throws Exception {
        String key = setting.threads + " " + setting.idle;
        if (!sessions.containsKey(key)) {
            sessions.put(key, BareSessions.open(bundle, setting.threads, setting.idle));
        }
        BareSessions shared = sessions.get(key);
        Map<String, OnnxTensor> inputs = inputs(work);
        AtomicBoolean over = new AtomicBoolean();
        CyclicBarrier start = new CyclicBarrier(setting.lanes + decoders + 1);
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            List<Future<List<Long>>> lanes = new ArrayList<>();
            for (int lane = 0; lane < setting.lanes; lane++) {
                lanes.add(threads.submit(() -> repeat(start, () -> shared.run(inputs, work.decode))));
            }
            List<Future<Integer>> decoding = new ArrayList<>();
            for (int decoder = 0; decoder < decoders; decoder++) {
                decoding.add(threads.submit(() -> decode(start, over)));
            }
            start.await();
            long began = System.nanoTime();
            long cpuBegan = SYSTEM.getProcessCpuTime();
            List<Long> batches = new ArrayList<>();
            for (Future<List<Long>> lane : lanes) {
                batches.addAll(lane.get());
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            double cpu = (SYSTEM.getProcessCpuTime() - cpuBegan) / 1e6;
            over.set(true);
            int pictures = 0;
            for (Future<Integer> decoder : decoding) {
                pictures += decoder.get();
            }
            Collections.sort(batches);
            double rows = (double) work.rows * batches.size();
            return new Figures(rows / seconds, batches.get(batches.size() / 2) / 1e6, cpu / rows, pictures / seconds);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    /// The nanoseconds of each batch, one after another until the time of a cell is over.
    private static List<Long> repeat(CyclicBarrier start, Run run) throws Exception {
        run.once(); // not measured
        start.await();
        List<Long> nanos = new ArrayList<>();
        long began = System.nanoTime();
        do {
            long before = System.nanoTime();
            run.once();
            nanos.add(System.nanoTime() - before);
        } while (System.nanoTime() - began < CELL_NANOS);
        return nanos;
    }

    private interface Run {
        void once() throws OrtException;
    }

    private int decode(CyclicBarrier start, AtomicBoolean over) throws Exception {
        start.await();
        int pictures = 0;
        while (!over.get()) {
            Decoder.DEFAULT.decode(photo);
            pictures++;
        }
        return pictures;
    }

    private Map<String, OnnxTensor> inputs(Work work) throws OrtException {
        Tensor pixels = Tensor.allocate(Tensor.Type.UINT8, work.rows, grid.height(), grid.width(), 3);
        int[] order = IntStream.range(0, work.rows)
                .flatMap(row -> Arrays.stream(Mask.random(grid, 0.5, row).order()))
                .toArray();
        Tensor keep = Tensor.allocate(Tensor.Type.INT64, work.rows, work.kept);
        Tensor restore = Tensor.allocate(Tensor.Type.INT64, work.rows, grid.patches());
        for (int row = 0; row < work.rows; row++) {
            for (int i = 0; i < grid.patches(); i++) {
                int patch = order[row * grid.patches() + i];
                if (i < work.kept) {
                    keep.longs().put(row * work.kept + i, patch);
                }
                restore.longs().put(row * grid.patches() + patch, i);
            }
        }
        return Map.of(
                "pixels",
                wrap(pixels, OnnxJavaType.UINT8),
                "ids_keep",
                wrap(keep, OnnxJavaType.INT64),
                "ids_restore",
                wrap(restore, OnnxJavaType.INT64));
    }

    private static OnnxTensor wrap(Tensor tensor, OnnxJavaType type) throws OrtException {
        return OnnxTensor.createTensor(ENVIRONMENT, tensor.bytes(), tensor.shape(), type);
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        double[] sorted = figures.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static String cells(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        return figures.stream()
                .map(each -> "%8.1f".formatted(figure.applyAsDouble(each)))
                .collect(Collectors.joining());
    }

    private static void showEnvironment(int rounds) throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown");
        Process git = new ProcessBuilder("git", "describe", "--always", "--dirty").start();
        String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        System.out.printf("date      %s, commit %s%n", LocalDate.now(ZoneOffset.UTC), commit);
        System.out.printf(
                "machine   %s, %d cores, %s %s%n",
                cpu, SYSTEM.getAvailableProcessors(), SYSTEM.getName(), SYSTEM.getArch());
        System.out.printf("load      %.1f before the run%n", SYSTEM.getSystemLoadAverage());
        System.out.printf("versions  Java %s, onnxruntime %s%n%n", Runtime.version(), Natives.version());
        System.out.printf("%d rounds, alternating; medians; lanes x threads%n", rounds);
    }
}
