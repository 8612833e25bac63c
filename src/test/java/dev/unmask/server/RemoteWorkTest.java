package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.image.Preset;
import dev.unmask.job.AnomalyWork;
import dev.unmask.job.EmbedWork;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.LocalWork;
import dev.unmask.job.Pipeline;
import dev.unmask.job.ReconstructWork;
import dev.unmask.job.Result;
import dev.unmask.job.Views;
import dev.unmask.job.Work;
import dev.unmask.job.remote.RemoteWork;
import dev.unmask.job.remote.Services;
import dev.unmask.job.source.Inputs;
import dev.unmask.job.source.Items;
import dev.unmask.job.source.Source;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Execution;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import dev.unmask.ort.Stages;
import dev.unmask.task.Embed.Pool;
import dev.unmask.task.Embedding.Dtype;
import dev.unmask.task.Keys;
import dev.unmask.task.Masking;
import dev.unmask.task.Reconstruct.PatchStats;
import dev.unmask.task.ReconstructionPanel;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Rows that services make equal those that are made here, bit for bit.
@Timeout(300)
class RemoteWorkTest {

    private static final String KEY = Keys.random();
    private static final Path BUNDLE = Path.of("onnx/mae-tiny");
    private static final int THREADS = 8;
    private static final int PICTURES = 24;

    private static EmbeddedServer server;
    private static DeviceModel model;
    private static Services services;

    @BeforeAll
    static void start() {
        server = ApplicationContext.run(
                EmbeddedServer.class,
                Map.of(
                        "unmask.models",
                        List.of("src/test/resources/bundles/encoder", BUNDLE.toString()),
                        "unmask.queue-rows",
                        16, // so that it is full at times
                        "unmask.keys",
                        List.of(Map.of(
                                "name", "job", "sha256", Keys.sha256(KEY), "models", List.of("*"), "admin", false))));
        CpuPlan plan = CpuPlan.of(Runtime.getRuntime().availableProcessors(), 0, 0, 0);
        model = DeviceModel.open(
                Bundle.open(BUNDLE),
                new Setup(new Device.Cpu(plan.threads()), Precision.AUTO, Execution.AUTO, plan.maxRows(), 0, "tested"),
                Stages.UNHEARD);
        services = Services.open(List.of(server.getURI().toString()), KEY, "mae-tiny", Duration.ofMinutes(1));
    }

    @AfterAll
    static void stop() {
        services.close();
        model.close();
        server.close();
    }

    static Stream<Function<Views, LocalWork<?>>> works() {
        List<ReconstructionPanel> panels = List.of(ReconstructionPanel.MASKED, ReconstructionPanel.COMBINED);
        return Stream.of(
                views -> new EmbedWork(views, Pool.CLS, false, Dtype.FLOAT32),
                views -> new EmbedWork(views, Pool.MEAN, true, Dtype.FLOAT16),
                views -> new AnomalyWork(views, new AnomalyWork.Options(5, 2, -7, 0.1), false),
                views -> new AnomalyWork(views, new AnomalyWork.Options(4, 1, 0, 0.02), true),
                views -> new ReconstructWork(views, new Masking.Random(0.6, 3), PatchStats.NONE, List.of()),
                views -> new ReconstructWork(views, new Masking.Random(0, 0), PatchStats.ORIGINAL, panels),
                views -> new ReconstructWork(
                        views, Masking.of(0.5, null, noise(views), null, null), PatchStats.NONE, panels),
                views -> new ReconstructWork(
                        views, Masking.of(null, null, null, "0, 3,7", null), PatchStats.NONE, panels),
                views -> new ReconstructWork(
                        views, Masking.of(null, null, null, null, "0,0,1.5,1;0.5,0,1,1"), PatchStats.NONE, panels));
    }

    private static String noise(Views views) {
        int patches = views.model().card().grid().patches();
        return String.join(
                ", ",
                Stream.iterate(0.5, x -> x * 3.7 * (1 - x))
                        .limit(patches)
                        .map(String::valueOf)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("works")
    void rowsAreThoseThatAreMadeHere(Function<Views, LocalWork<?>> maker) throws Exception {
        Work<?> here = maker.apply(Views.of(model, Preset.DEMO, true, 4, 1));
        Work<?> there = RemoteWork.of(services, maker.apply(Views.of(services.model(), Preset.DEMO, true, 1, 1)));

        assertThat(there.identity()).isEqualTo(here.identity());
        assertThat(there.columns()).isEqualTo(here.columns());
        assertThat(there.digest()).isEqualTo(here.digest());
        List<Result> made = results(here);
        assertThat(made.stream().filter(result -> result.error() == null)).hasSizeGreaterThan(12);
        assertThat(results(there).stream().map(RemoteWorkTest::text))
                .containsExactlyElementsOf(
                        made.stream().map(RemoteWorkTest::text).toList());
    }

    private static <P> List<Result> results(Work<P> work) throws Exception {
        List<Result> results = new ArrayList<>();
        try (Pipeline<P> pipeline = new Pipeline<>(work, items().iterator(), 100, THREADS, Listener.NONE)) {
            pipeline.forEachRemaining(results::add);
        }
        return results;
    }

    /// Photos, one twice, pictures of every format, what is no picture, and half of one.
    private static List<Item> items() throws Exception {
        List<Item> items = new ArrayList<>();
        Source files =
                Inputs.of(List.of("photos", "src/test/resources/images"), Inputs.COLUMN, InputStream::nullInputStream);
        try (Items some = files.iterator()) {
            while (some.hasNext() && items.size() < PICTURES) {
                items.add(some.next());
            }
        }
        byte[] photo = Files.readAllBytes(Path.of("photos/chelsea.jpg"));
        items.add(new Item("again", () -> photo));
        items.add(new Item("half", () -> Arrays.copyOf(photo, photo.length / 2)));
        return items;
    }

    private static String text(Result result) {
        String made = result.made() == null
                ? "nothing"
                : Arrays.deepToString(result.made().values().toArray()) + " "
                        + (result.made().png() == null
                                ? ""
                                : Arrays.hashCode(result.made().png().array()));
        return String.join(
                " ", result.id(), result.width() + "x" + result.height(), result.sha256(), made, result.error());
    }

    @Test
    void aPictureThatIsTooLargeForTheServiceIsARow() throws Exception {
        byte[] large = Arrays.copyOf(Files.readAllBytes(Path.of("photos/chelsea.jpg")), 40 << 20);
        Work<?> work = RemoteWork.of(
                services, works().findFirst().orElseThrow().apply(Views.of(services.model(), Preset.DEMO, true, 1, 1)));

        try (Pipeline<?> results =
                new Pipeline<>(work, List.of(new Item("large", () -> large)).iterator(), 1, 1, Listener.NONE)) {
            assertThat(Objects.requireNonNull(results.next().error())).contains("it may have 33554432");
        }
    }

    @Test
    void aKeyThatOpensNothingIsSaidAtOnce() {
        String url = server.getURI().toString();

        assertThatThrownBy(() -> Services.open(List.of(url), Keys.random(), null, Duration.ofMinutes(1)))
                .hasMessage(url + ": the key is not known");
        assertThatThrownBy(() -> Services.open(List.of(url), null, null, Duration.ofMinutes(1)))
                .hasMessageStartingWith(url + ": a key is needed");
    }
}
