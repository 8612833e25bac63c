package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.UnmaskException;
import dev.unmask.oip.InferRequest.Wanted;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is wanted decides what is run, and what is hidden is said in one way.
class PlanTest {

    private static final PatchGrid GRID = Bundles.card("visualize").grid();
    private static final InferInput PIXELS = Sent.pixels(2);

    @ParameterizedTest
    @CsvSource({
        "cls,visualize,CLS,2",
        "latent,visualize,LATENT,2",
        "'cls,mean',visualize,'CLS,MEAN',2",
        "patches,visualize,PATCHES,2",
        "image,visualize,IMAGE,2",
        "image,full,PATCHES,2",
        "loss,visualize,'PATCHES,IMAGE',2",
        "loss,full,PATCHES,2",
        "mask,visualize,'',0",
        "'mask,ids_restore',encoder,'',0",
        "anomaly_map,visualize,'',8",
        "'anomaly_score,anomaly_map',full,'',8",
        "'anomaly_score,cls',visualize,CLS,10",
        "logits,classifier-cls,LOGITS,2",
        "'logits,cls',classifier-cls,'LOGITS,CLS',2",
    })
    void onlyWhatTheWantedOutputsNeedIsAskedOfTheModel(String wanted, String bundle, String outputs, int rows) {
        Map<String, Object> parameters = bundle.equals("full") ? Map.of("patch_stats", "original") : Map.of();
        Plan plan = plan(Face.TENSORS, bundle, parameters, wanted, PIXELS);
        assertThat(plan.outputs()).extracting(Output::name).containsExactlyInAnyOrder(words(outputs));
        assertThat(plan.rows()).isEqualTo(rows);
        assertThat(plan.specs()).extracting(TensorSpec::name).containsExactly(words(wanted));
    }

    @Test
    void passesAreRowsToo() {
        Plan plan = plan(Face.TENSORS, "visualize", Map.of("masks", 8L, "rounds", 3L), "anomaly_score", PIXELS);
        assertThat(plan.rows()).isEqualTo(2 * 8 * 3);
    }

    @Test
    void withoutAWishAllIsWanted() {
        Plan plan = plan(Face.ENCODER, "visualize", Map.of(), "", PIXELS);
        assertThat(plan.specs()).extracting(TensorSpec::name).containsExactly("latent", "cls", "mean");
        assertThat(plan.classes()).containsExactly(0, 0, 0);
    }

    @Test
    void anOutputThatIsWantedTwiceIsRefused() {
        refused("output 'cls' is asked for twice", Face.TENSORS, Map.of(), "cls,mean,cls", PIXELS);
    }

    @Test
    void anOutputThatThereIsNotIsRefusedWithThoseThatThereAre() {
        refused("there is no output 'nosuch'; there are latent, cls, mean", Face.ENCODER, Map.of(), "nosuch", PIXELS);
        refused("there is no output 'patches'; there are latent, cls, mean", Face.ENCODER, Map.of(), "patches", PIXELS);
    }

    @ParameterizedTest
    @CsvSource({
        "image,encoder,comes from a checkpoint without a decoder",
        "panels,encoder,comes from a checkpoint without a decoder",
        "patches,encoder,comes from a checkpoint without a decoder",
        "loss,encoder,comes from a checkpoint without a decoder",
        "anomaly_map,encoder,comes from a checkpoint without a decoder",
        "anomaly_score,encoder,comes from a checkpoint without a decoder",
        "logits,encoder,is no classifier",
        "image,full,was trained on patches normalised one by one",
    })
    void whatAnotherCheckpointCouldGiveIsUnsupported(String wanted, String bundle, String message) {
        assertThatThrownBy(() -> plan(Face.IMAGES, bundle, Map.of(), wanted, Sent.images(new byte[1])))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNSUPPORTED))
                .hasMessageContaining(message);
    }

    @Test
    void onlyNumbersAreClassified() {
        InferRequest request = new InferRequest("m", "", "", Map.of(), List.of(PIXELS), List.of(new Wanted("mask", 3)));
        assertThatThrownBy(() -> Plan.of(Face.TENSORS, Bundles.card("visualize"), request))
                .hasMessage("output 'mask' is UINT8; classification 3 takes FP32 and at least 1 class");
    }

    @Test
    void embeddingsSeeTheWholePictureAndReconstructionsAQuarter() {
        assertThat(masks(Map.of(), "cls").rows())
                .allSatisfy(mask -> assertThat(mask).hasToString(Mask.none(GRID).toString()));
        assertThat(masks(Map.of(), "cls").used()).isEqualTo(Map.of("ratio", 0.0, "seed", 0L));
        Masks hiding = masks(Map.of(), "cls,patches");
        assertThat(hiding.rows())
                .allSatisfy(mask ->
                        assertThat(mask).hasToString(Mask.random(GRID, 0.75, 0).toString()));
        assertThat(hiding.used()).isEqualTo(Map.of("ratio", 0.75, "seed", 0L));
    }

    @Test
    void ratioAndSeedDrawTheMask() {
        Masks masks = masks(Map.of("ratio", 0.5, "seed", -7L), "cls");
        assertThat(masks.rows().getFirst())
                .hasToString(Mask.random(GRID, 0.5, -7).toString());
        assertThat(masks.used()).isEqualTo(Map.of("ratio", 0.5, "seed", -7L));
        assertThat(masks(Map.of("ratio", "0.5", "seed", "-7"), "cls").rows().getFirst())
                .as("clients that know only texts")
                .hasToString(masks.rows().getFirst().toString());
        assertThat(masks(Map.of("seed", 3L), "cls").rows().getFirst().order())
                .as("nothing hidden, in the seed's order")
                .containsExactly(Mask.random(GRID, 0, 3).order());
    }

    @Test
    void aMaskIsWrittenOut() {
        Masks masks = masks(Map.of("mask", "0111011101110111"), "cls");
        assertThat(masks.rows()).hasSize(2).allSatisfy(mask -> assertThat(mask).hasToString("0111011101110111"));
        assertThat(masks.used()).isEmpty();
    }

    @Test
    void noiseHidesItsLargestOfEachRow() {
        InferInput noise = Sent.noise(2, 16);
        Masks masks = plan(Face.TENSORS, "visualize", Map.of("ratio", 0.5), "cls", PIXELS, noise)
                .masks();
        assertThat(masks.rows()).extracting(Mask::kept).containsExactly(8, 8);
        assertThat(masks.rows().get(0).order()).isNotEqualTo(masks.rows().get(1).order());
        assertThat(plan(Face.TENSORS, "visualize", Map.of(), "cls", PIXELS, noise)
                        .masks()
                        .rows()
                        .getFirst()
                        .kept())
                .as("without a ratio")
                .isEqualTo(4);
    }

    @Test
    void patchesToKeepAreKeptInTheirOrder() {
        InferInput idsKeep = Sent.longs("ids_keep", List.of(2L, 3L), 5, 0, 9, 1, 2, 3);
        Masks masks = plan(Face.ENCODER, "visualize", Map.of(), "cls", PIXELS, idsKeep)
                .masks();
        assertThat(Arrays.copyOf(masks.rows().get(0).order(), 3)).containsExactly(5, 0, 9);
        assertThat(Arrays.copyOf(masks.rows().get(1).order(), 3)).containsExactly(1, 2, 3);
    }

    @Test
    void waysToSayWhatIsHiddenExcludeEachOther() {
        InferInput noise = Sent.noise(2, 16);
        InferInput idsKeep = Sent.longs("ids_keep", List.of(2L, 1L), 1, 2);
        excluded("'ids_keep' and 'noise' exclude each other", Map.of(), noise, idsKeep);
        excluded("'noise' and 'seed' exclude each other", Map.of("seed", 1L), noise);
        excluded("'seed' and 'mask' exclude each other", Map.of("seed", 1L, "mask", "1"));
        excluded("'ratio' and 'ids_keep' exclude each other", Map.of("ratio", 0.5), idsKeep);
        excluded("'ratio' and 'mask' exclude each other", Map.of("ratio", 0.5, "mask", "1"));
        excluded("mask ratio 1.0 is not in [0, 1)", Map.of("ratio", 1.0));
        excluded("mask ratio NaN is not in [0, 1)", Map.of("ratio", "NaN"));
    }

    @Test
    void theDecoderTakesWhatTheEncoderGave() {
        Card card = Bundles.card("visualize");
        InferInput latent =
                Sent.floats("latent", List.of(1L, 5L, (long) card.encoder().width()));
        Mask mask = Mask.random(GRID, 0.75, 4);
        InferInput restore = Sent.longs(
                "ids_restore",
                List.of(1L, 16L),
                Arrays.stream(mask.restore()).asLongStream().toArray());
        Plan plan = plan(Face.DECODER, "visualize", Map.of(), "image", latent, restore);
        assertThat(plan.masks().rows().getFirst()).hasToString(mask.toString());
        assertThat(plan.outputs()).containsExactly(Output.IMAGE);
        refused("there is no option 'ratio'; there are ", Face.DECODER, Map.of("ratio", 0.5), "image", latent, restore);
        InferInput empty =
                Sent.floats("latent", List.of(1L, 0L, (long) card.encoder().width()));
        refused("-1 visible patches are not in 1 to 16", Face.DECODER, Map.of(), "image", empty, restore);
    }

    @Test
    void inputsAreThoseThatTheModelTakes() {
        refused("input 'pixels' is missing; it is FP32 [-1, 3, 32, 32], -1 for any", Face.TENSORS, Map.of(), "cls");
        refused("input 'pixels' is given twice", Face.TENSORS, Map.of(), "cls", PIXELS, PIXELS);
        refused(
                "there is no input 'image'; there are pixels, noise, ids_keep",
                Face.TENSORS,
                Map.of(),
                "cls",
                Sent.longs("image", List.of(1L), 1));
        refused(
                "input 'noise' has 1 rows, and 'pixels' has 2",
                Face.TENSORS,
                Map.of(),
                "cls",
                PIXELS,
                Sent.noise(1, 16));
        refused("input 'pixels' has no rows", Face.TENSORS, Map.of(), "cls", Sent.pixels(0));
        refused(
                "input 'pixels' is FP32 [1, 32, 32, 3]; the model takes FP32 [-1, 3, 32, 32], -1 for any",
                Face.TENSORS,
                Map.of(),
                "cls",
                Sent.floats("pixels", List.of(1L, 32L, 32L, 3L)));
        refused(
                "input 'pixels' is INT64 [1]; the model takes FP32 [-1, 3, 32, 32], -1 for any",
                Face.TENSORS,
                Map.of(),
                "cls",
                Sent.longs("pixels", List.of(1L), 1));
    }

    @Test
    void parametersThatNobodyKnowsAreRefusedAndTheProtocolsOwnAreNot() {
        refused("there is no option 'rattio'; there are ", Face.TENSORS, Map.of("rattio", 0.5), "cls", PIXELS);
        refused("there is no option 'preset'; there are ", Face.TENSORS, Map.of("preset", "hf"), "cls", PIXELS);
        refused(
                "parameter 'sequence_id': models here have no sequences",
                Face.TENSORS,
                Map.of("sequence_id", 1L),
                "cls",
                PIXELS);
        Map<String, Object> own = new HashMap<>();
        own.put("priority", 1L);
        own.put("timeout", 1L);
        own.put("binary_data_output", true);
        own.put("triton_enable_empty_final_response", true);
        assertThat(plan(Face.TENSORS, "visualize", own, "cls", PIXELS).options().values())
                .isEmpty();
    }

    private static void excluded(String message, Map<String, Object> parameters, InferInput... more) {
        InferInput[] inputs = Arrays.copyOf(more, more.length + 1);
        inputs[more.length] = PIXELS;
        refused(message, Face.TENSORS, parameters, "cls", inputs);
    }

    private static void refused(
            String message, Face face, Map<String, Object> parameters, String wanted, InferInput... inputs) {
        assertThatThrownBy(() -> plan(face, "visualize", parameters, wanted, inputs))
                .isInstanceOf(UnmaskException.class)
                .hasMessageStartingWith(message);
    }

    private static Masks masks(Map<String, Object> parameters, String wanted) {
        return plan(Face.TENSORS, "visualize", parameters, wanted, PIXELS).masks();
    }

    private static Plan plan(
            Face face, String bundle, Map<String, Object> parameters, String wanted, InferInput... inputs) {
        List<Wanted> outputs =
                Arrays.stream(words(wanted)).map(name -> new Wanted(name, 0)).toList();
        return Plan.of(face, Bundles.card(bundle), new InferRequest("m", "", "", parameters, List.of(inputs), outputs));
    }

    private static String[] words(String text) {
        return text.isEmpty() ? new String[0] : text.split(",", -1);
    }
}
