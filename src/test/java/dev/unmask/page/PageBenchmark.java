package dev.unmask.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.options.BoundingBox;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// How fast the page of a running service follows its reader, and how much it weighs. `bench/page` runs it.
final class PageBenchmark {

    private static final int SIDE = 14; // patches of the bundled model
    private static final int VISITS = 7;
    private static final int WARM_UP = 30;
    private static final String OBSERVED = """
            window.seen = { updates: [], jumps: 0, blocked: 0, largest: 0 };
            const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take)).observe({ type, buffered: true });
            watch("measure", ({ duration }) => seen.updates.push(duration));
            watch("layout-shift", ({ value }) => seen.jumps += value);
            watch("longtask", ({ duration }) => seen.blocked += duration - 50);
            watch("largest-contentful-paint", ({ startTime }) => seen.largest = startTime);""";
    private static final String LOADED = """
            () => {
                const paint = performance.getEntriesByName("first-contentful-paint")[0].startTime;
                const files = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
                    .filter(({ name }) => !name.includes("/v1/"));
                const sum = (member, isWanted) => files.filter(isWanted).reduce((all, file) => all + file[member], 0);
                const isPhoto = ({ name }) => name.includes("/photos/");
                return JSON.stringify({ paint, largest: seen.largest, jumps: seen.jumps, blocked: seen.blocked, ready: performance.now(),
                    files: files.filter(file => !isPhoto(file)).length,
                    plain: sum("decodedBodySize", file => !isPhoto(file)), packed: sum("encodedBodySize", file => !isPhoto(file)),
                    photos: sum("encodedBodySize", isPhoto) });
            }""";

    private final Chromium chromium;
    private final String address;

    private PageBenchmark(Chromium chromium, String address) {
        this.chromium = chromium;
        this.address = address;
    }

    /// Measures and prints.
    ///
    /// @param arguments address of the service, and how many drags
    public static void main(String[] arguments) throws IOException {
        environment();
        try (Chromium chromium = Chromium.start()) {
            PageBenchmark benchmark = new PageBenchmark(chromium, arguments[0]);
            benchmark.load();
            benchmark.drag(Integer.parseInt(arguments[1]));
        }
    }

    /// Opens the page as often as it takes, each time as a new reader.
    private void load() throws IOException {
        JsonMapper mapper = JsonMapper.builder().build();
        JsonNode[] visits = new JsonNode[VISITS];
        for (int i = 0; i < VISITS; i++) {
            try (Visitor visitor = visitor()) {
                visitor.opens("reconstruct");
                visits[i] = mapper.readTree((String) visitor.page().evaluate(LOADED));
            }
        }
        System.out.printf(Locale.ROOT, "%d first visits, medians; nothing is cached before%n", VISITS);
        System.out.printf(Locale.ROOT, "first contentful paint    %6.0f ms%n", median(visits, "paint"));
        System.out.printf(Locale.ROOT, "largest contentful paint  %6.0f ms%n", median(visits, "largest"));
        System.out.printf(Locale.ROOT, "first live answer shown   %6.0f ms%n", median(visits, "ready"));
        System.out.printf(
                Locale.ROOT, "blocked by long tasks     %6.0f ms beyond 50 of each%n", median(visits, "blocked"));
        System.out.printf(Locale.ROOT, "layout shift              %6.3f%n", median(visits, "jumps"));
        JsonNode one = visits[0];
        System.out.printf(
                Locale.ROOT,
                "page without photos       %6d bytes in %d files, %d as sent (gzip)%n",
                one.path("plain").asLong(),
                one.path("files").asInt(),
                one.path("packed").asLong());
        System.out.printf(
                Locale.ROOT,
                "photos                    %6d bytes%n%n",
                one.path("photos").asLong());
    }

    /// Draws a stroke patch by patch, each when the last is painted.
    private void drag(int drags) {
        try (Visitor visitor = visitor()) {
            visitor.opens("reconstruct");
            visitor.at("[data-preset=grid]").click();
            visitor.seesAnswer("reconstruct");
            BoundingBox box = visitor.at("#painter").boundingBox();
            visitor.page().mouse().move(box.x + 1, box.y + 1);
            visitor.page().mouse().down();
            visitor.seesAnswer("reconstruct");
            visitor.page().mouse().up();
            visitor.page().evaluate("seen.updates.length = 0");
            for (int i = 0; i < WARM_UP + drags; i++) {
                int patch = (i + 1) % (SIDE * SIDE);
                int row = patch / SIDE;
                int column = patch % SIDE;
                visitor.page()
                        .mouse()
                        .move(box.x + (column + 0.5) * box.width / SIDE, box.y + (row + 0.5) * box.height / SIDE);
                visitor.page().mouse().down();
                visitor.page().waitForFunction("count => seen.updates.length >= count", i + 1);
                visitor.page().mouse().up();
            }
            @SuppressWarnings("unchecked") // as numbers come from a script
            List<Number> updates = (List<Number>) visitor.page().evaluate("seen.updates");
            double[] millis = updates.stream()
                    .skip(WARM_UP)
                    .mapToDouble(Number::doubleValue)
                    .sorted()
                    .toArray();
            System.out.printf(
                    Locale.ROOT,
                    "%d changes of the mask, one after the other: from the pointer's event to the frame that shows the answer%n",
                    millis.length);
            System.out.printf(
                    Locale.ROOT,
                    "median %.0f ms, 95%% %.0f ms, longest %.0f ms%n",
                    at(millis, 0.5),
                    at(millis, 0.95),
                    at(millis, 1));
        }
    }

    private Visitor visitor() {
        Visitor visitor = chromium.visitor(address, new NewContextOptions().setViewportSize(1280, 900));
        visitor.page().addInitScript(OBSERVED);
        return visitor;
    }

    private static double median(JsonNode[] visits, String figure) {
        double[] sorted = Arrays.stream(visits)
                .mapToDouble(visit -> visit.path(figure).asDouble())
                .sorted()
                .toArray();
        return at(sorted, 0.5);
    }

    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    private static void environment() throws IOException {
        String cpu = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown");
        System.out.printf(Locale.ROOT, "date      %s%n", LocalDate.now(ZoneOffset.UTC));
        System.out.printf(
                Locale.ROOT,
                "machine   %s, %d cores%n",
                cpu,
                Runtime.getRuntime().availableProcessors());
        System.out.printf(
                Locale.ROOT,
                "load      %.1f before the run%n",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        System.out.printf(Locale.ROOT, "versions  Java %s%n%n", Runtime.version());
    }
}
