package dev.unmask.oip;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Mask;
import dev.unmask.oip.InferRequest.Wanted;
import dev.unmask.ort.Bundle;
import dev.unmask.task.Reconstruct.PatchStats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One table of requests for all transports.
final class Requests {

    static final List<String> SERVED = List.of(
            "onnx/mae-tiny", Bundles.FOLDER + "encoder", Bundles.FOLDER + "full", Bundles.FOLDER + "classifier-cls");

    private static final String MASK_16 = "0110100110010110";

    private Requests() {}

    /// A request that is answered.
    record Good(String what, InferRequest request) {
        @Override
        public String toString() {
            return request.model() + " " + what;
        }
    }

    /// A request that is refused.
    record Bad(String what, InferRequest request, Fault fault, String message) {
        @Override
        public String toString() {
            return request.model() + " " + what;
        }
    }

    static Stream<Good> answered() {
        return Stream.concat(
                SERVED.stream()
                        .map(Requests::card)
                        .flatMap(card -> Face.of(card).stream().flatMap(face -> outputs(face, card))),
                variants());
    }

    /// Each output alone, and all of them.
    private static Stream<Good> outputs(Face face, Card card) {
        List<InferInput> inputs = inputs(face, card, card.grid().patches() > 16 ? 1 : 2);
        String model = face.of(card.name());
        return Stream.concat(
                face.outputs(card, PatchStats.NONE).stream()
                        .map(spec -> new Good(spec.name(), request(model, Map.of(), inputs, spec.name()))),
                Stream.of(new Good("everything", request(model, Map.of(), inputs))));
    }

    private static Stream<Good> variants() {
        List<InferInput> pixels = inputs(Face.TENSORS, card(Bundles.FOLDER + "full"), 2);
        List<InferInput> image = List.of(Sent.images(picture("grey2.png"), picture("webp-quality90-method0.webp")));
        List<Long> two = List.of(2L, 32L, 32L, 3L);
        return Stream.of(
                good("drawn", "full", Map.of("ratio", 0.25, "seed", 12L), pixels, "patches", "mask"),
                good("masked", "full", Map.of("mask", MASK_16), pixels, "patches", "ids_restore", "loss"),
                good("noise", "full", Map.of("ratio", 0.5), with(pixels, Sent.noise(2, 16)), "mask", "latent"),
                good("kept", "full", Map.of(), with(pixels, keep(2, 16, 5)), "latent", "ids_restore", "patches"),
                good("raw", "full", Map.of(), List.of(Sent.uint8("pixels", two)), "cls", "patches"),
                good("shown", "full_image", Map.of("patch_stats", "original"), image, "image", "panels", "loss"),
                good(
                        "some panels",
                        "full_image",
                        Map.of("patch_stats", "original", "panels", "masked"),
                        image,
                        "panels"),
                good("as it is", "encoder_image", Map.of("preset", "hf", "exif", true), image, "cls"),
                good("a list", "encoder_image", Map.of(), List.of(list(image.getFirst())), "cls"),
                good("passes", "full", Map.of("masks", 3L, "rounds", 2L, "top", 0.5), pixels, "anomaly_score"),
                good("urgent", "full", Map.of("priority", 1L, "timeout", 60_000_000L), pixels, "cls"),
                new Good("version", new InferRequest("full", "1", "an id", Map.of(), pixels, wanted("cls"))),
                new Good("classes", classes("classifier-cls", pixels, "logits", 3)),
                new Good("too many classes", classes("classifier-cls", pixels, "logits", 2000)),
                new Good("largest of an embedding", classes("encoder", pixels, "cls", 2)));
    }

    static Stream<Bad> refused() {
        List<InferInput> pixels = inputs(Face.TENSORS, card(Bundles.FOLDER + "full"), 1);
        InferInput jpeg = Sent.images(picture("grey2.png"));
        return Stream.of(
                bad(Fault.NOT_FOUND, "there is no model 'nosuch'; there are", "nosuch", Map.of(), pixels, "cls"),
                bad(Fault.NOT_FOUND, "there is no model 'encoder_decoder'", "encoder_decoder", Map.of(), pixels),
                new Bad(
                        "version",
                        new InferRequest("full", "2", "", Map.of(), pixels, List.of()),
                        Fault.NOT_FOUND,
                        "model 'full' has no version '2'; it has 1"),
                bad(Fault.INVALID, "input 'pixels' is missing; it is FP32", "full", Map.of(), List.of(), "cls"),
                bad(Fault.INVALID, "there is no input 'image'; there are", "full", Map.of(), List.of(jpeg), "cls"),
                bad(Fault.INVALID, "there is no output 'clss'; there are", "full", Map.of(), pixels, "clss"),
                bad(Fault.INVALID, "output 'cls' is asked for twice", "full", Map.of(), pixels, "cls", "cls"),
                bad(Fault.INVALID, "mask ratio 1.0 is not in [0, 1)", "full", Map.of("ratio", 1.0), pixels, "cls"),
                bad(Fault.INVALID, "there is no option 'rattio'", "full", Map.of("rattio", 1L), pixels, "cls"),
                bad(Fault.INVALID, "parameter 'timeout' is -1", "full", Map.of("timeout", -1L), pixels, "cls"),
                bad(Fault.INVALID, "parameter 'priority' is high", "full", Map.of("priority", "high"), pixels, "cls"),
                bad(Fault.INVALID, "parameter 'sequence_id'", "full", Map.of("sequence_id", 1L), pixels, "cls"),
                bad(Fault.INVALID, "input 'noise' is FP32 [1, 15]", "full", Map.of(), with(pixels, Sent.noise(1, 15))),
                bad(Fault.INVALID, "ids_keep holds 5 twice", "full", Map.of(), with(pixels, twice()), "cls"),
                bad(Fault.INVALID, "input 'pixels' is given twice", "full", Map.of(), with(pixels, pixels.getFirst())),
                bad(Fault.INVALID, "masks 17 is not in 2..16", "full", Map.of("masks", 17L), pixels, "anomaly_map"),
                bad(
                        Fault.INVALID,
                        "600 rows are more than the 512",
                        "full_image",
                        Map.of(),
                        List.of(empty(600)),
                        "cls"),
                bad(
                        Fault.INVALID,
                        "600 rows are more than the 512",
                        "full_image",
                        Map.of(),
                        List.of(empty(600)),
                        "mask"),
                bad(Fault.NOT_A_PICTURE, "", "full_image", Map.of(), List.of(Sent.images(new byte[] {1, 2, 3})), "cls"),
                bad(Fault.UNSUPPORTED, "full was trained on patches normalised", "full", Map.of(), pixels, "image"),
                bad(Fault.UNSUPPORTED, "encoder comes from a checkpoint", "encoder", Map.of(), pixels, "patches"),
                bad(Fault.UNSUPPORTED, "encoder is no classifier", "encoder", Map.of(), pixels, "logits"));
    }

    static Card card(String folder) {
        return Bundle.open(Path.of(folder)).card();
    }

    /// What a model takes, all that it must have.
    static List<InferInput> inputs(Face face, Card card, int rows) {
        int patches = card.grid().patches();
        long height = card.grid().height();
        long width = card.grid().width();
        InferInput pixels = Sent.floats("pixels", List.of((long) rows, 3L, height, width));
        return switch (face) {
            case TENSORS -> List.of(pixels);
            case IMAGES ->
                List.of(Sent.images(Stream.of("grey2.png", "webp-quality90-method0.webp")
                        .limit(rows)
                        .map(Requests::picture)
                        .toArray(byte[][]::new)));
            case ENCODER -> List.of(pixels, keep(rows, patches, patches / 4));
            case DECODER ->
                List.of(
                        Sent.floats("latent", List.of((long) rows, 1L + patches / 4, (long)
                                card.encoder().width())),
                        Sent.longs(
                                "ids_restore",
                                List.of((long) rows, (long) patches),
                                IntStream.range(0, rows)
                                        .flatMap(row -> Arrays.stream(Mask.random(card.grid(), 0.75, row)
                                                .restore()))
                                        .asLongStream()
                                        .toArray()));
        };
    }

    static byte[] picture(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/images/pictures", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static InferRequest request(
            String model, Map<String, Object> parameters, List<InferInput> inputs, String... outputs) {
        return new InferRequest(model, "", "", parameters, inputs, wanted(outputs));
    }

    private static List<Wanted> wanted(String... outputs) {
        return Arrays.stream(outputs).map(name -> new Wanted(name, 0)).toList();
    }

    private static Good good(
            String what, String model, Map<String, Object> parameters, List<InferInput> inputs, String... outputs) {
        return new Good(what, request(model, parameters, inputs, outputs));
    }

    private static Bad bad(
            Fault fault,
            String message,
            String model,
            Map<String, Object> parameters,
            List<InferInput> inputs,
            String... outputs) {
        return new Bad(message, request(model, parameters, inputs, outputs), fault, message);
    }

    private static InferRequest classes(String model, List<InferInput> inputs, String output, int classes) {
        return new InferRequest(model, "", "", Map.of(), inputs, List.of(new Wanted(output, classes)));
    }

    private static List<InferInput> with(List<InferInput> inputs, InferInput more) {
        List<InferInput> all = new ArrayList<>(inputs);
        all.add(more);
        return all;
    }

    private static InferInput keep(int rows, int patches, int kept) {
        long[] ids = IntStream.range(0, rows * kept)
                .mapToLong(i -> (patches - 1 - i % kept * 3L + i / kept) % patches)
                .toArray();
        return Sent.longs("ids_keep", List.of((long) rows, (long) kept), ids);
    }

    private static InferInput twice() {
        return Sent.longs("ids_keep", List.of(1L, 2L), 5, 5);
    }

    private static InferInput list(InferInput column) {
        return new InferInput(
                column.name(), column.datatype(), List.of(column.shape().getFirst()), column.data());
    }

    private static InferInput empty(int rows) {
        List<Long> shape = List.of((long) rows, 1L);
        return new InferInput("image", Datatype.BYTES, shape, ByteBuffer.allocate(rows * Integer.BYTES));
    }
}
