package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.DeviceLost;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Placement;
import dev.unmask.Row;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import dev.unmask.batch.Batcher;
import dev.unmask.batch.Listener;
import dev.unmask.batch.Policy;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.DeviceModel;
import dev.unmask.ort.Execution;
import dev.unmask.ort.LaneModels;
import dev.unmask.ort.Precision;
import dev.unmask.ort.Setup;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServedModelTest {

    private static final Bundle BUNDLE = Bundle.open(Path.of("src/test/resources/bundles/visualize"));
    private static final Policy POLICY = new Policy(2, 8192, Duration.ZERO, 16);
    private static final Set<Output> CLS = Set.of(Output.CLS);

    @Test
    void lanesThatRunPlainlyShareAModel() {
        ServedModel served = start(Execution.PLAIN, Precision.AUTO, new Device.Cpu(1), new Device.Cpu(1));
        assertThat(served.models().models()).hasSize(1);
        assertThat(served.lanes()).isEqualTo(2);
        assertThat(served.places()).containsExactly("visualize on cpu in fp32, plain (because)");
        served.stop(Duration.ofSeconds(10));
    }

    @Test
    void lanesThatAreBoundHaveAModelEachAndEachIsWarm() {
        ServedModel served = start(Execution.BOUND, Precision.AUTO, new Device.Cpu(1), new Device.Cpu(1));
        assertThat(served.models().models()).hasSize(2).doesNotHaveDuplicates();
        assertThat(served.models().models())
                .extracting(model -> model.placements().getFirst().graphs())
                .containsOnly(List.of("decoder.fp32", "encoder.uint8", "judge.uint8"));
        assertThat(served.places()).containsExactly("visualize on cpu in fp32, bound (because)");
        assertThat(served.loss()).isEmpty();
        served.stop(Duration.ofSeconds(10));
        assertThat(served.models().models()).allSatisfy(ServedModelTest::refusesToRun);
    }

    @Test
    void aPrecisionThatTheBundleLacksIsRefusedWithThoseItHas() {
        Bundle full = Bundle.open(BUNDLE.folder().resolveSibling("full"));
        assertThatThrownBy(() -> start(full, Execution.PLAIN, Precision.BF16, new Device.Cpu(1)))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE))
                .hasMessage("precision bf16 asked for, " + full.folder() + " has fp32, fp16");
    }

    @Test
    void aLostCardIsNamedWhileTheOthersGoOn() {
        Batcher batcher = Batcher.start(List.of(card(0), card(0)), POLICY, Listener.NONE);
        ServedModel served = new ServedModel(new LaneModels(List.of()), batcher, 2, 16);
        assertThat(served.places()).containsExactly("visualize on cuda:0 in fp16, graph (asked for)");
        for (int left = 1; left >= 0; left--) {
            assertThatThrownBy(() -> batcher.run(List.of(row()), CLS)).hasMessage("cuda:0 is lost: error 719");
            while (batcher.liveLanes() > left) {
                Thread.onSpinWait(); // its callers know before it is gone
            }
            assertThat(served.loss()).contains("visualize: " + left + " of 2 lanes alive: cuda:0 is lost: error 719");
            assertThat(served.isDead()).isEqualTo(left == 0);
        }
        assertThatThrownBy(() -> batcher.run(List.of(row()), CLS))
                .hasMessage("every lane of visualize has died: cuda:0 is lost: error 719");
        served.stop(Duration.ofSeconds(10));
    }

    private static void refusesToRun(DeviceModel model) {
        assertThatThrownBy(() -> model.run(List.of(row()), CLS)).hasMessage("visualize was unloaded");
    }

    private static ServedModel start(Execution execution, Precision precision, Device... devices) {
        return start(BUNDLE, execution, precision, devices);
    }

    private static ServedModel start(Bundle bundle, Execution execution, Precision precision, Device... devices) {
        List<Setup> lanes = List.of(devices).stream()
                .map(device -> new Setup(device, precision, execution, 2, 0, "because"))
                .toList();
        return ServedModel.start(
                bundle, new Plan(lanes, POLICY), new ModelMetrics("visualize", new SimpleMeterRegistry()));
    }

    private static Row row() {
        Card card = BUNDLE.card();
        Tensor grey = Tensor.allocate(
                Tensor.Type.UINT8, card.grid().height(), card.grid().width(), card.channels());
        return new Row(grey, Mask.none(card.grid()));
    }

    /// A lane whose card is lost as soon as it runs.
    private static Model card(int index) {
        return new Model() {
            @Override
            public Card card() {
                return BUNDLE.card();
            }

            @Override
            public List<Placement> placements() {
                return List.of(new Placement(
                        "cuda:" + index, "fp16", "graph", "asked for", Collections.emptyList(), Instant.EPOCH));
            }

            @Override
            public List<Answer> run(List<Row> rows, Set<Output> wanted) {
                throw new DeviceLost("cuda:" + index + " is lost: error 719", null);
            }
        };
    }
}
