package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Answers as the clients read them; the C++ client takes any parameters of an output for a sign of binary data.
class HttpAnswerTest {

    private static final InferOutput CLS = floats("cls", 1.5f, -0.1f);
    private static final InferOutput MASK =
            new InferOutput("mask", Datatype.UINT8, List.of(1L, 2L), ByteBuffer.wrap(new byte[] {0, (byte) 200}));

    @Test
    void jsonIsTheDefaultAndHasNoParameters() {
        HttpAnswer answer = answer("{}", "7", Map.of(), CLS, MASK);
        assertThat(answer.hasBinary()).isFalse();
        assertThat(text(answer))
                .isEqualTo("{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"7\",\"outputs\":["
                        + "{\"name\":\"cls\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1.5,-0.1]},"
                        + "{\"name\":\"mask\",\"datatype\":\"UINT8\",\"shape\":[1,2],\"data\":[0,200]}]}");
    }

    @Test
    void anIdThatWasNotGivenIsNotTold() {
        assertThat(text(answer("{\"id\": \"\"}", "", Map.of(), MASK))).doesNotContain("\"id\"", "\"parameters\"");
    }

    @Test
    void binaryOutputsFollowInTheirOrder() {
        HttpAnswer answer = answer("{\"parameters\": {\"binary_data_output\": true}}", "", Map.of(), MASK, CLS);
        assertThat(text(answer))
                .endsWith("{\"name\":\"mask\",\"datatype\":\"UINT8\",\"shape\":[1,2],"
                        + "\"parameters\":{\"binary_data_size\":2}},"
                        + "{\"name\":\"cls\",\"datatype\":\"FP32\",\"shape\":[1,2],"
                        + "\"parameters\":{\"binary_data_size\":8}}]}");
        ByteBuffer binary = binary(answer);
        assertThat(binary.get()).isZero();
        assertThat(binary.get()).isEqualTo((byte) 200);
        assertThat(binary.getFloat()).isEqualTo(1.5f);
        assertThat(binary.getFloat()).isEqualTo(-0.1f);
        assertThat(binary.hasRemaining()).isFalse();
    }

    @Test
    void anOutputSaysOtherwiseForItself() {
        HttpAnswer answer = answer(
                "{\"parameters\": {\"binary_data_output\": true}, \"outputs\":"
                        + " [{\"name\": \"mask\", \"parameters\": {\"binary_data\": false}}, {\"name\": \"cls\"}]}",
                "",
                Map.of(),
                MASK,
                CLS);
        assertThat(text(answer)).contains("\"data\":[0,200]").contains("{\"binary_data_size\":8}");
        assertThat(binary(answer).remaining()).isEqualTo(8);
    }

    @Test
    void whatWasUsedIsToldOfTheWholeAnswer() {
        assertThat(text(answer("{}", "", Map.of("ratio", 0.75), MASK))).contains("\"parameters\":{\"ratio\":0.75}");
        assertThat(text(answer("{}", "", Map.of("seed", -3L), MASK))).contains("\"parameters\":{\"seed\":-3}");
        assertThat(text(answer("{}", "", Map.of("flag", true), MASK))).contains("\"parameters\":{\"flag\":true}");
        assertThat(text(answer("{}", "", Map.of("text", "\""), MASK))).contains("\"parameters\":{\"text\":\"\\\"\"}");
    }

    @Test
    void numbersThatJsonCannotTellAreRefusedThereAndToldInBinary() {
        InferOutput loss = floats("loss", Float.NaN);
        assertThatThrownBy(() -> answer("{}", "", Map.of(), loss))
                .hasMessage("output 'loss' holds NaN, which JSON cannot tell; ask for it with binary_data");
        assertThat(binary(answer("{\"parameters\": {\"binary_data_output\": true}}", "", Map.of(), loss))
                        .getFloat())
                .isNaN();
    }

    @Test
    void textsAreToldAsTheyAreAndOtherBytesInBase64() {
        InferOutput labels = InferOutput.of("logits", List.of(1L), List.of("ä:1".getBytes(StandardCharsets.UTF_8)));
        assertThat(text(answer("{}", "", Map.of(), labels))).contains("\"data\":[\"ä:1\"]");
        InferOutput panels = InferOutput.of("panels", List.of(1L), List.of(new byte[] {(byte) 0x89, 'P'}));
        assertThat(text(answer("{}", "", Map.of(), panels))).contains("\"data\":[\"iVA=\"]");
    }

    private static HttpAnswer answer(String asked, String id, Map<String, Object> used, InferOutput... outputs) {
        byte[] body = asked.getBytes(StandardCharsets.UTF_8);
        return HttpAnswer.of(new InferResponse("m", "1", id, used, List.of(outputs)), HttpBody.read(body, body.length));
    }

    private static String text(HttpAnswer answer) {
        return answer.body().toString(0, answer.jsonLength(), StandardCharsets.UTF_8);
    }

    private static ByteBuffer binary(HttpAnswer answer) {
        byte[] bytes = ByteBufUtil.getBytes(answer.body());
        return ByteBuffer.wrap(Arrays.copyOfRange(bytes, answer.jsonLength(), bytes.length))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static InferOutput floats(String name, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new InferOutput(name, Datatype.FP32, List.of(1L, (long) values.length), data);
    }
}
