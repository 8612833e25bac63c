package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.Card;
import dev.unmask.task.Reconstruct.PatchStats;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which models of the protocol a bundle is, and what each takes and gives.
class FaceTest {

    @ParameterizedTest
    @CsvSource({
        "visualize,'TENSORS,IMAGES,ENCODER,DECODER'",
        "full,'TENSORS,IMAGES,ENCODER,DECODER'",
        "encoder,'TENSORS,IMAGES,ENCODER'",
        "classifier-cls,'TENSORS,IMAGES,ENCODER'",
    })
    void aBundleIsSeenAsWhatItHasGraphsFor(String bundle, String faces) {
        assertThat(Face.of(Bundles.card(bundle))).extracting(Face::name).containsExactly(faces.split(",", -1));
    }

    @Test
    void namesAreThoseOfTheBundleAndASuffix() {
        assertThat(Face.of(Bundles.card("visualize")))
                .extracting(face -> face.of("x"))
                .containsExactly("x", "x_image", "x_encoder", "x_decoder");
    }

    @ParameterizedTest
    @CsvSource({
        "TENSORS,visualize,'latent,cls,mean,patches,image,mask,ids_restore,loss,anomaly_map,anomaly_score'",
        "IMAGES,visualize,'latent,cls,mean,patches,image,mask,ids_restore,loss,anomaly_map,anomaly_score,panels'",
        "ENCODER,visualize,'latent,cls,mean'",
        "DECODER,visualize,'patches,image'",
        "IMAGES,full,'latent,cls,mean,patches,mask,ids_restore,loss,anomaly_map,anomaly_score'",
        "DECODER,full,patches",
        "IMAGES,encoder,'latent,cls,mean,mask,ids_restore'",
        "TENSORS,classifier-mean,'latent,cls,mean,logits,mask,ids_restore'",
        "ENCODER,classifier-mean,'latent,cls,mean'",
    })
    void itGivesWhatItsGraphsGiveAndWhatFollowsFromThem(Face face, String bundle, String outputs) {
        assertThat(face.outputs(Bundles.card(bundle), PatchStats.NONE))
                .extracting(TensorSpec::name)
                .containsExactly(outputs.split(",", -1));
    }

    @Test
    void normalisedPixelsAreShownWithTheStatisticsOfTheOriginal() {
        Card card = Bundles.card("full");
        assertThat(names(Face.IMAGES.outputs(card, PatchStats.ORIGINAL))).contains("image", "panels");
        assertThat(names(Face.TENSORS.outputs(card, PatchStats.ORIGINAL)))
                .contains("image")
                .doesNotContain("panels");
        assertThat(names(Face.DECODER.outputs(card, PatchStats.ORIGINAL))).doesNotContain("image");
    }

    /// perf_analyzer fills every declared input with random numbers.
    @Test
    void tasksDoNotDeclareWhatMayBeLeftOut() {
        Card card = Bundles.card("visualize");
        assertThat(names(Face.TENSORS.inputs(card))).containsExactly("pixels");
        assertThat(names(Face.IMAGES.inputs(card))).containsExactly("image");
        assertThat(names(Face.ENCODER.inputs(card))).containsExactly("pixels", "ids_keep");
        assertThat(names(Face.DECODER.inputs(card))).containsExactly("latent", "ids_restore");
        assertThat(names(Face.IMAGES.accepted(card))).containsExactly("image", "noise", "ids_keep");
    }

    @Test
    void shapesAreThoseOfThePicture() {
        Card card = Bundles.card("rectangular");
        assertThat(Face.TENSORS.inputs(card).getFirst().shape()).containsExactly(-1L, 3L, 32L, 48L);
        assertThat(Face.TENSORS.outputs(card, PatchStats.NONE))
                .filteredOn(spec -> spec.name().equals("image"))
                .extracting(TensorSpec::shape)
                .containsExactly(List.of(-1L, 32L, 48L, 3L));
        assertThat(Face.IMAGES.inputs(card).getFirst().shape()).containsExactly(-1L, 1L);
    }

    private static List<String> names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).toList();
    }
}
