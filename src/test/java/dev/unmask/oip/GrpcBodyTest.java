package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.oip.proto.OpenInference.InferParameter;
import dev.unmask.oip.proto.OpenInference.InferTensorContents;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferInputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferRequest.InferRequestedOutputTensor;
import dev.unmask.oip.proto.OpenInference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Messages and the vocabulary, there and back.
class GrpcBodyTest {

    private static final ByteString BYTES = ByteString.copyFrom(new byte[] {5, 0, -1});

    static Stream<Arguments> typed() {
        return Stream.of(
                Arguments.of(Datatype.BOOL, typed(c -> c.addBoolContents(true).addBoolContents(false)), bytes(1, 0)),
                Arguments.of(Datatype.INT8, typed(c -> c.addIntContents(-128).addIntContents(127)), bytes(-128, 127)),
                Arguments.of(
                        Datatype.INT16, typed(c -> c.addIntContents(-32_768).addIntContents(258)), bytes(0, 128, 2, 1)),
                Arguments.of(
                        Datatype.INT32,
                        typed(c -> c.addIntContents(Integer.MIN_VALUE).addIntContents(1)),
                        bytes(0, 0, 0, 128, 1, 0, 0, 0)),
                Arguments.of(
                        Datatype.INT64,
                        typed(c -> c.addInt64Contents(Long.MIN_VALUE).addInt64Contents(2)),
                        bytes(0, 0, 0, 0, 0, 0, 0, 128, 2, 0, 0, 0, 0, 0, 0, 0)),
                Arguments.of(Datatype.UINT8, typed(c -> c.addUintContents(255).addUintContents(0)), bytes(255, 0)),
                Arguments.of(
                        Datatype.UINT16,
                        typed(c -> c.addUintContents(65_535).addUintContents(1)),
                        bytes(255, 255, 1, 0)),
                Arguments.of(
                        Datatype.UINT32,
                        typed(c -> c.addUintContents(-1).addUintContents(1)),
                        bytes(255, 255, 255, 255, 1, 0, 0, 0)),
                Arguments.of(
                        Datatype.UINT64,
                        typed(c -> c.addUint64Contents(-1).addUint64Contents(1)),
                        bytes(255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0)),
                Arguments.of(
                        Datatype.FP32,
                        typed(c -> c.addFp32Contents(1).addFp32Contents(-0f)),
                        bytes(0, 0, 128, 63, 0, 0, 0, 128)),
                Arguments.of(
                        Datatype.FP64,
                        typed(c -> c.addFp64Contents(1).addFp64Contents(-0d)),
                        bytes(0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 0, 128)),
                Arguments.of(
                        Datatype.BYTES,
                        typed(c -> c.addBytesContents(BYTES).addBytesContents(ByteString.EMPTY)),
                        bytes(3, 0, 0, 0, 5, 0, 255, 0, 0, 0, 0)));
    }

    @ParameterizedTest
    @MethodSource("typed")
    void typedContentsBecomeTheBinaryForm(Datatype datatype, InferTensorContents contents, ByteBuffer binary) {
        InferInput input = GrpcBody.read(request(datatype, contents)).inputs().getFirst();
        assertThat(input.datatype()).isEqualTo(datatype);
        assertThat(input.shape()).containsExactly(2L);
        assertThat(input.data()).isEqualTo(binary);
    }

    @ParameterizedTest
    @MethodSource("typed")
    void contentsMustBeOfTheirDatatype(Datatype datatype, InferTensorContents contents) {
        InferTensorContents more = datatype == Datatype.BOOL
                ? contents.toBuilder().addFp32Contents(1).build()
                : contents.toBuilder().addBoolContents(true).build();
        refused(request(datatype, more), "input 'x' is " + datatype + ", and its contents are of another type");
    }

    @ParameterizedTest
    @MethodSource("typed")
    void contentsMustFillTheShape(Datatype datatype, InferTensorContents contents) {
        ModelInferRequest.Builder request = request(datatype, contents).toBuilder();
        request.getInputsBuilder(0).clearShape().addShape(3);
        refused(request.build(), "input 'x' has ");
    }

    @ParameterizedTest
    @EnumSource(
            value = Datatype.class,
            names = {"FP16", "BF16"})
    void halvesComeRawOnly(Datatype datatype) {
        refused(
                request(datatype, typed(c -> c.addFp32Contents(1))),
                "input 'x' is " + datatype + ", which comes in raw_input_contents only");
    }

    static Stream<Arguments> outOfRange() {
        return Stream.of(
                Arguments.of(Datatype.INT8, typed(c -> c.addIntContents(0).addIntContents(128)), "128", "-128..127"),
                Arguments.of(
                        Datatype.INT16, typed(c -> c.addIntContents(0).addIntContents(-32_769)), "-32769", "-32768.."),
                Arguments.of(Datatype.UINT8, typed(c -> c.addUintContents(0).addUintContents(256)), "256", "0..255"),
                Arguments.of(
                        Datatype.UINT16,
                        typed(c -> c.addUintContents(0).addUintContents(-1)),
                        "4294967295",
                        "0..65535"));
    }

    @ParameterizedTest
    @MethodSource("outOfRange")
    void smallTypesAreNotCutToSize(Datatype datatype, InferTensorContents contents, String value, String limit) {
        refused(request(datatype, contents), "input 'x' holds the value " + value + ", which is not in " + limit);
    }

    @Test
    void rawContentsAreTheInputsInOrderAndNotCopied() {
        ModelInferRequest message = raw(BYTES, ByteString.copyFrom(new byte[] {1, 2}));
        List<InferInput> inputs = GrpcBody.read(message).inputs();
        assertThat(inputs).extracting(InferInput::name).containsExactly("a", "b");
        assertThat(inputs.getFirst().data()).isEqualTo(BYTES.asReadOnlyByteBuffer());
        assertThat(inputs.getLast().data()).isEqualTo(bytes(1, 2));
    }

    @Test
    void rawContentsAreForAllInputsOrForNone() {
        refused(raw(BYTES), "unable to find data for input tensor 'b'; raw_input_contents has 1 entries for 2 inputs");
        refused(raw(BYTES, BYTES, BYTES), "raw_input_contents has 3 entries for 2 inputs");
        ModelInferRequest.Builder mixed = raw(BYTES).toBuilder();
        mixed.getInputsBuilder(1).setContents(typed(c -> c.addUintContents(1).addUintContents(2)));
        refused(
                mixed.build(),
                "input 'b' has contents, and the request has raw_input_contents; all inputs come one way");
        refused(raw(), "input 'a' has 0 bytes; UINT8 [3] takes 3 x 1");
    }

    @Test
    void whatAClientMaySendBesidesTensorsIsUnderstood() {
        InferRequest request = GrpcBody.read(ModelInferRequest.newBuilder()
                .setModelName("m")
                .setModelVersion("1")
                .setId("7")
                .putParameters(
                        "flag", InferParameter.newBuilder().setBoolParam(true).build())
                .putParameters(
                        "signed", InferParameter.newBuilder().setInt64Param(-3).build())
                .putParameters(
                        "text", InferParameter.newBuilder().setStringParam("t").build())
                .putParameters(
                        "real", InferParameter.newBuilder().setDoubleParam(0.5).build())
                .putParameters(
                        "unsigned",
                        InferParameter.newBuilder().setUint64Param(4).build())
                .addOutputs(InferRequestedOutputTensor.newBuilder()
                        .setName("logits")
                        .putParameters("classification", GrpcCalls.number(3)))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("cls"))
                .build());
        assertThat(request)
                .isEqualTo(new InferRequest(
                        "m",
                        "1",
                        "7",
                        Map.of("flag", true, "signed", -3L, "text", "t", "real", 0.5, "unsigned", 4L),
                        List.of(),
                        List.of(new InferRequest.Wanted("logits", 3), new InferRequest.Wanted("cls", 0))));
    }

    @Test
    void parametersThatSayNothingAreRefused() {
        refused(
                ModelInferRequest.newBuilder()
                        .putParameters("p", InferParameter.getDefaultInstance())
                        .build(),
                "parameter 'p' has no value");
        refused(
                ModelInferRequest.newBuilder()
                        .putParameters(
                                "p",
                                InferParameter.newBuilder().setUint64Param(-1).build())
                        .build(),
                "parameter 'p' is 18446744073709551615; it may be 2^63-1 at most");
    }

    @Test
    void tensorsInSharedMemoryAreUnsupported() {
        InferParameter region = InferParameter.newBuilder().setStringParam("r").build();
        ModelInferRequest.Builder input = raw(BYTES, BYTES).toBuilder();
        input.getInputsBuilder(0).putParameters("shared_memory_region", region);
        ModelInferRequest output = ModelInferRequest.newBuilder()
                .addOutputs(InferRequestedOutputTensor.newBuilder()
                        .setName("cls")
                        .putParameters("shared_memory_region", region))
                .build();
        for (ModelInferRequest request : List.of(input.build(), output)) {
            assertThatThrownBy(() -> GrpcBody.read(request))
                    .isInstanceOfSatisfying(
                            UnmaskException.class,
                            refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNSUPPORTED));
        }
    }

    @Test
    void answersAreRawWithAnEntryForEachOutput() {
        InferOutput one = new InferOutput("one", Datatype.UINT8, List.of(1L, 2L), bytes(1, 2));
        InferOutput two = InferOutput.of("two", List.of(1L), List.of(new byte[] {9}));
        InferResponse response =
                new InferResponse("m", "1", "7", Map.of("seed", 4L, "ratio", 0.75, "said", true), List.of(one, two));
        ModelInferResponse message = GrpcBody.tell(response, GrpcBody.read(ModelInferRequest.getDefaultInstance()));
        assertThat(message.getModelName()).isEqualTo("m");
        assertThat(message.getModelVersion()).isEqualTo("1");
        assertThat(message.getId()).isEqualTo("7");
        assertThat(message.getParametersMap())
                .containsOnlyKeys("seed", "ratio", "said")
                .containsEntry("seed", GrpcCalls.number(4))
                .containsEntry(
                        "ratio",
                        InferParameter.newBuilder().setDoubleParam(0.75).build())
                .containsEntry(
                        "said", InferParameter.newBuilder().setBoolParam(true).build());
        assertThat(message.getOutputs(0).getDatatype()).isEqualTo("UINT8");
        assertThat(message.getOutputs(0).getShapeList()).containsExactly(1L, 2L);
        assertThat(message.getOutputsList()).noneMatch(output -> output.hasContents());
        assertThat(message.getRawOutputContentsList())
                .extracting(ByteString::asReadOnlyByteBuffer)
                .containsExactly(bytes(1, 2), bytes(1, 0, 0, 0, 9));
    }

    @Test
    void whoAsksForTheLastAnswersSignGetsIt() {
        InferResponse response = new InferResponse("m", "1", "", Map.of(), List.of());
        InferParameter yes = InferParameter.newBuilder().setBoolParam(true).build();
        InferRequest asks = GrpcBody.read(ModelInferRequest.newBuilder()
                .putParameters("triton_enable_empty_final_response", yes)
                .build());
        assertThat(GrpcBody.tell(response, asks).getParametersMap()).isEqualTo(Map.of("triton_final_response", yes));
    }

    private static ModelInferRequest request(Datatype datatype, InferTensorContents contents) {
        return ModelInferRequest.newBuilder()
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype(datatype.name())
                        .addShape(2)
                        .setContents(contents))
                .build();
    }

    /// Inputs `a` UINT8 `[3]` and `b` UINT8 `[2]`.
    private static ModelInferRequest raw(ByteString... contents) {
        return ModelInferRequest.newBuilder()
                .addInputs(InferInputTensor.newBuilder()
                        .setName("a")
                        .setDatatype("UINT8")
                        .addShape(3))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("b")
                        .setDatatype("UINT8")
                        .addShape(2))
                .addAllRawInputContents(List.of(contents))
                .build();
    }

    private static InferTensorContents typed(Consumer<InferTensorContents.Builder> fill) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        fill.accept(contents);
        return contents.build();
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static void refused(ModelInferRequest request, String message) {
        assertThatThrownBy(() -> GrpcBody.read(request))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.INVALID))
                .hasMessageStartingWith(message);
    }
}
