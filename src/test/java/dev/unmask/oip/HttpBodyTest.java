package dev.unmask.oip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.oip.InferRequest.Wanted;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies as clients write them, and as they should not.
class HttpBodyTest {

    @ParameterizedTest
    @ValueSource(strings = {"[[1, 2, 3], [4, 5, 6]]", "[1, 2, 3, 4, 5, 6]", "[[[1], [2, 3]], 4, [5, [6]]]"})
    void numbersAreReadNestedAndFlat(String data) {
        assertThat(floats(one("FP32", "[2, 3]", data))).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BOOL|true, false|0100",
                "UINT8|0, 255|00ff",
                "INT8|-128, 127|807f",
                "UINT16|1, 65535|0100ffff",
                "INT16|-32768, 1|00800100",
                "UINT32|1, 4294967295|01000000ffffffff",
                "INT32|-2147483648, 1|0000008001000000",
                "INT64|-9223372036854775808, 1|00000000000000800100000000000000",
                "UINT64|18446744073709551615, 1|ffffffffffffffff0100000000000000",
                "FP32|1.5, -0.1|0000c03fcdccccbd",
                "FP64|1.5, 1e308|000000000000f83fa0c8eb85f3cce17f",
                "BYTES|\"ä\", \"\"|02000000c3a400000000",
            })
    void everyDatatypeThatJsonCanTellIsRead(String datatype, String data, String bytes) {
        assertThat(hex(one(datatype, "[2]", "[" + data + "]").data())).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UINT8|256|the value 256 is not in 0..255",
                "UINT8|-1|the value -1 is not in 0..255",
                "INT8|128|the value 128 is not in -128..127",
                "UINT16|65536|the value 65536 is not in 0..65535",
                "INT16|32768|the value 32768 is not in -32768..32767",
                "UINT32|4294967296|the value 4294967296 is not in 0..4294967295",
                "INT32|2147483648|the value 2147483648 is not in -2147483648..2147483647",
                "UINT64|18446744073709551616|the value 18446744073709551616 is not in 0..2^64-1",
                "UINT64|-1|the value -1 is not in 0..2^64-1",
                "INT64|1.5|the value 1.5 is not a whole number",
                "INT64|\"1\"|the value 1 is not a whole number",
                "BYTES|1|an element of BYTES is not a string",
                "BYTES|null|an element of BYTES is not a string",
                "FP16|1|FP16 is told in binary, not in JSON",
                "BF16|1|BF16 is told in binary, not in JSON",
            })
    void aValueThatItsDatatypeDoesNotHoldIsRefused(String datatype, String value, String message) {
        refused(body(input(datatype, "[1]", "[" + value + "]")), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT64|9223372036854775808",
                "FP32|\"1\"",
                "FP32|null",
                "FP32|{}",
                "BOOL|1",
                "BYTES|{}",
            })
    void aValueOfAnotherKindIsRefused(String datatype, String value) {
        assertThat(refusal(body(input(datatype, "[1]", "[" + value + "]"))).fault())
                .isEqualTo(Fault.INVALID);
    }

    /// perf_analyzer writes `NaN` where it draws random bytes.
    @Test
    void numbersThatAreNoneAreRead() {
        assertThat(floats(one("FP32", "[4]", "[NaN, Infinity, -Infinity, 1e400]")))
                .containsExactly(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    @Test
    void dataAreReadBeforeTheirDatatypeIsKnown() {
        String input = "{\"data\": [[1, 2.5], [\"no\"]], \"x\": [1], \"data_\": {}, \"shape\": [2], \"name\": \"a\","
                + " \"datatype\": \"FP32\"}";
        assertThat(refusal(body(input)).getMessage()).contains("VALUE_STRING");
        InferInput read = read(body(input.replace("\"no\"", "3")).replace("[2]", "[3]"))
                .inputs()
                .getFirst();
        assertThat(floats(read)).containsExactly(1, 2.5f, 3);
    }

    @Test
    void textBeforeItsDatatypeKeepsItsCharacters() {
        InferInput read = read(body(
                        "{\"data\": [\"\\u00e4€\\n\"], \"shape\": [1], \"name\": \"a\", \"datatype\": \"BYTES\"}"))
                .inputs()
                .getFirst();
        assertThat(new String(read.elements().getFirst(), StandardCharsets.UTF_8))
                .isEqualTo("ä€\n");
    }

    @Test
    void binaryTensorsFollowInTheOrderOfTheirInputs() {
        String json =
                body(binary("a", "UINT8", "[2]", "2"), input("FP32", "[1]", "[7]"), binary("c", "INT16", "[1]", "2"));
        HttpBody body = read(json, 1, 2, 3, 4);
        assertThat(body.inputs()).extracting(InferInput::name).containsExactly("a", "x", "c");
        assertThat(body.inputs()).extracting(each -> hex(each.data())).containsExactly("0102", "0000e040", "0304");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3|input 'a' has binary_data_size 3; 2 bytes are left behind the JSON",
                "-1|input 'a' has binary_data_size -1; 2 bytes are left behind the JSON",
                "4294967298|input 'a' has binary_data_size 4294967298; 2 bytes are left behind the JSON",
                "\"2\"|input 'a' has binary_data_size 2; 2 bytes are left behind the JSON",
                "1|input 'a' has 1 bytes; UINT8 [2] takes 2 x 1",
                "0|input 'a' has 0 bytes; UINT8 [2] takes 2 x 1",
            })
    void aBinarySizeThatCannotBeIsRefused(String size, String message) {
        refused(body(binary("a", "UINT8", "[2]", size)), message, 1, 2);
    }

    @Test
    void bytesOfNoInputAreRefused() {
        refused(
                body(input("FP32", "[1]", "[1]")),
                "2 bytes follow the JSON and belong to no input; binary_data_size says which do",
                1,
                2);
    }

    @Test
    void aHeaderLengthOutsideTheBodyIsRefused() {
        byte[] body = body(input("FP32", "[1]", "[1]")).getBytes(StandardCharsets.UTF_8);
        for (int length : new int[] {-1, body.length + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> HttpBody.read(body, length))
                    .hasMessage("inference-header-content-length is " + length + ", not in 0.." + body.length
                            + ", the bytes of the body");
        }
        assertThatThrownBy(() -> HttpBody.read(body, body.length - 1)).isInstanceOf(UnmaskException.class);
    }

    @Test
    void aRawBodyIsTheOneTensorOfItsModel() {
        HttpBody body = HttpBody.raw(new byte[] {1, 2}, TensorSpec.of("pixels", Datatype.UINT8, -1, 2));
        assertThat(body.inputs()).singleElement().satisfies(input -> {
            assertThat(input.name()).isEqualTo("pixels");
            assertThat(input.shape()).containsExactly(1L, 2L);
            assertThat(hex(input.data())).isEqualTo("0102");
        });
        assertThat(body.outputs()).isEmpty();
        assertThat(body.isBinary("anything")).isTrue();
    }

    @Test
    void aRawBodyOfBytesIsTheirOneElement() {
        HttpBody body = HttpBody.raw(new byte[] {9, 8, 7}, TensorSpec.of("image", Datatype.BYTES, -1, 1));
        assertThat(body.inputs().getFirst().elements()).containsExactly(new byte[] {9, 8, 7});
        assertThat(body.inputs().getFirst().shape()).containsExactly(1L, 1L);
    }

    @Test
    void aRawBodyWhoseShapeNobodyKnowsIsRefused() {
        assertThatThrownBy(() -> HttpBody.raw(new byte[8], TensorSpec.of("latent", Datatype.FP32, -1, -1, 2)))
                .hasMessage("input 'latent' of shape [-1, -1, 2] cannot come alone, as its shape would not be known");
    }

    @Test
    void parametersAreTextsNumbersAndFlags() {
        HttpBody body = read("{\"id\": \"7\", \"parameters\": {\"a\": \"x\", \"b\": 1, \"c\": 0.5, \"d\": true,"
                + " \"binary_data_output\": true}, \"inputs\": [], \"other\": [{}]}");
        assertThat(body.id()).isEqualTo("7");
        assertThat(body.parameters())
                .isEqualTo(Map.of("a", "x", "b", 1L, "c", 0.5, "d", true, "binary_data_output", true));
        assertThat(body.isBinary("any")).isTrue();
    }

    @Test
    void anOutputSaysForItselfWhetherItIsBinary() {
        HttpBody body = read("{\"parameters\": {\"binary_data_output\": true}, \"outputs\": [{\"name\": \"a\"},"
                + " {\"name\": \"b\", \"parameters\": {\"binary_data\": false, \"classification\": 3}}]}");
        assertThat(body.outputs()).containsExactly(new Wanted("a", 0), new Wanted("b", 3));
        assertThat(body.isBinary("a")).isTrue();
        assertThat(body.isBinary("b")).isFalse();
        assertThat(read("{\"outputs\": [{\"name\": \"a\"}]}").isBinary("a")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|the body is not a JSON object",
                "''|the body is not a JSON object",
                "{} {}|the body has more than one JSON object",
                "{\"id\": 1}|\"id\" is not a string",
                "{\"inputs\": {}}|\"inputs\" is not an array",
                "{\"inputs\": [1]}|an item of \"inputs\" is not an object",
                "{\"outputs\": [[]]}|an item of \"outputs\" is not an object",
                "{\"outputs\": [{}]}|an input or output has no \"name\"",
                "{\"inputs\": [{\"name\": \"a\", \"datatype\": \"FP32\"}]}|an input or output has no \"shape\"",
                "{\"inputs\": [{\"name\": \"a\", \"shape\": [1]}]}|an input or output has no \"datatype\"",
                "{\"inputs\": [{\"datatype\": \"FP31\"}]}|there is no datatype 'FP31'",
                "{\"inputs\": [{\"datatype\": \"fp32\"}]}|there is no datatype 'fp32'",
                "{\"inputs\": [{\"shape\": 1}]}|\"shape\" is not an array",
                "{\"inputs\": [{\"shape\": [1.0]}]}|\"shape\" is not an array of up to 16 whole numbers",
                "{\"inputs\": [{\"shape\": [\"1\"]}]}|\"shape\" is not an array of up to 16 whole numbers",
                "{\"inputs\": [{\"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]}|\"shape\" is not an array of up to 16 whole numbers",
                "{\"inputs\": [{\"datatype\": \"FP32\", \"data\": 1}]}|\"data\" is not an array",
                "{\"parameters\": []}|\"parameters\" is not an object",
                "{\"parameters\": {\"a\": null}}|parameter 'a' is not a string, a number or a flag",
                "{\"parameters\": {\"a\": [1]}}|parameter 'a' is not a string, a number or a flag",
                "{\"parameters\": {\"binary_data_output\": 1}}|parameter 'binary_data_output' is 1, not true or false",
                "{\"outputs\": [{\"name\": \"a\", \"parameters\": {\"binary_data\": \"yes\"}}]}|parameter 'binary_data' is yes, not true or false",
                "{\"outputs\": [{\"name\": \"a\", \"parameters\": {\"classification\": -1}}]}|output 'a' has classification -1, not a number of classes",
                "{\"outputs\": [{\"name\": \"a\", \"parameters\": {\"classification\": 1.5}}]}|output 'a' has classification 1.5, not a number of classes",
                "{\"outputs\": [{\"name\": \"a\", \"parameters\": {\"classification\": 4294967297}}]}|output 'a' has classification 4294967297, not a number of classes",
            })
    void whatIsNoRequestIsRefused(String json, String message) {
        refused(json, message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"id\"}",
                "{\"id\": \"a\", \"id\": \"b\"}",
                "{\"parameters\": {\"a\": 1, \"a\": 1}}",
                "{\"parameters\": {\"a\": 9223372036854775808}}",
                "{\"inputs\": [{\"name\": \"a\", \"name\": \"a\"}]}",
                "{\"inputs\": [{\"shape\": [9223372036854775808]}]}",
                "{\"inputs\": [{\"datatype\": \"FP32\", \"data\": [1",
                "{\"inputs\": [{\"data\": [1",
                "{\"inputs\": [{\"data\": [1}]}",
                "{\"x\": [[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}",
                "\u0000",
                "\u0000{\u0000}", // UTF-16
            })
    void whatIsNoJsonIsRefused(String json) {
        UnmaskException refusal = refusal(json);
        assertThat(refusal.fault()).isEqualTo(Fault.INVALID);
        assertThat(refusal.getMessage()).startsWith("the JSON of the body: ").doesNotContain("Source", "\n");
    }

    @Test
    void anInputHasItsDataOnce() {
        String both = binary("a", "UINT8", "[2]", "2").replace("}}", "}, \"data\": [1, 2]}");
        refused(body(both), "input 'a' has two data: \"data\" or binary_data_size give them", 1, 2);
        refused(
                body("{\"name\": \"a\", \"datatype\": \"UINT8\", \"shape\": [2]}"),
                "input 'a' has no data: \"data\" or binary_data_size give them");
    }

    @Test
    void sharedMemoryIsUnsupported() {
        String parameters = "\"parameters\": {\"shared_memory_region\": \"r\", \"shared_memory_byte_size\": 1}";
        String input = "{\"inputs\": [{\"name\": \"a\", \"datatype\": \"UINT8\", \"shape\": [1], " + parameters + "}]}";
        assertThat(refusal(input).fault()).isEqualTo(Fault.UNSUPPORTED);
        assertThat(refusal(input).getMessage()).isEqualTo("input 'a' lies in shared memory, which is not supported");
        assertThat(refusal("{\"outputs\": [{\"name\": \"a\", " + parameters + "}]}")
                        .getMessage())
                .isEqualTo("output 'a' lies in shared memory, which is not supported");
    }

    private static InferInput one(String datatype, String shape, String data) {
        return read(body(input(datatype, shape, data))).inputs().getFirst();
    }

    private static String body(String... inputs) {
        return "{\"inputs\": [" + String.join(", ", inputs) + "]}";
    }

    private static String input(String datatype, String shape, String data) {
        return "{\"name\": \"x\", \"shape\": " + shape + ", \"datatype\": \"" + datatype + "\", \"data\": " + data
                + "}";
    }

    private static String binary(String name, String datatype, String shape, String size) {
        return "{\"name\": \"" + name + "\", \"shape\": " + shape + ", \"datatype\": \"" + datatype
                + "\", \"parameters\": {\"binary_data_size\": " + size + "}}";
    }

    private static HttpBody read(String json, int... binary) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ByteBuffer.allocate(text.length + binary.length).put(text);
        for (int each : binary) {
            body.put((byte) each);
        }
        return HttpBody.read(body.array(), text.length);
    }

    private static void refused(String json, String message, int... binary) {
        assertThatThrownBy(() -> read(json, binary))
                .isInstanceOf(UnmaskException.class)
                .hasMessage(message);
    }

    private static UnmaskException refusal(String json) {
        try {
            throw new AssertionError(read(json).toString());
        } catch (UnmaskException refusal) {
            return refusal;
        }
    }

    private static float[] floats(InferInput input) {
        float[] values = new float[input.data().remaining() / Float.BYTES];
        input.data().duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static String hex(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /// What is wanted of the answer does not matter to the request.
    @Test
    void howOutputsAreWrittenIsNoPartOfTheRequest() {
        InferRequest request = read("{\"id\": \"i\", \"outputs\": [{\"name\": \"a\", \"parameters\": {\"binary_data\":"
                        + " true}}]}")
                .request("m", "1");
        assertThat(request)
                .isEqualTo(new InferRequest("m", "1", "i", Map.of(), List.of(), List.of(new Wanted("a", 0))));
    }
}
