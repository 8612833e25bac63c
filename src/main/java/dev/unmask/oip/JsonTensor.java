package dev.unmask.oip;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The values of a tensor between JSON and the binary form.
final class JsonTensor {

    private static final int FIRST = 256;

    private final Datatype datatype;
    private ByteBuffer data = ByteBuffer.allocate(FIRST).order(ByteOrder.LITTLE_ENDIAN);

    private JsonTensor(Datatype datatype) {
        this.datatype = datatype;
    }

    /// Reads the array that the parser is at the start of, nested or flat.
    static ByteBuffer read(JsonParser json, Datatype datatype) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw UnmaskException.invalid("\"data\" is not an array");
        }
        JsonTensor tensor = new JsonTensor(datatype);
        for (int depth = 1; depth > 0; ) {
            switch (json.nextToken()) {
                case START_ARRAY -> depth++;
                case END_ARRAY -> depth--;
                case null, default -> tensor.put(json);
            }
        }
        return tensor.data.flip();
    }

    /// Writes the values as a flat array.
    static void write(InferOutput output, JsonGenerator json) throws IOException {
        ByteBuffer data = output.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        json.writeStartArray();
        while (data.hasRemaining()) {
            switch (output.datatype()) {
                case UINT8 -> json.writeNumber(data.get() & 0xFF);
                case INT64 -> json.writeNumber(data.getLong());
                case FP32 -> json.writeNumber(finite(data.getFloat(), output.name()));
                case BYTES -> json.writeString(text(data));
                default -> throw new IllegalStateException("no model gives " + output.datatype());
            }
        }
        json.writeEndArray();
    }

    private void put(JsonParser json) throws IOException {
        switch (datatype) {
            case BOOL -> room(1).put((byte) (json.getBooleanValue() ? 1 : 0));
            case INT8 -> room(1).put((byte) whole(json, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> room(1).put((byte) whole(json, 0, (1 << Byte.SIZE) - 1));
            case INT16 -> room(Short.BYTES).putShort((short) whole(json, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> room(Short.BYTES).putShort((short) whole(json, 0, (1 << Short.SIZE) - 1));
            case INT32 -> room(Integer.BYTES).putInt((int) whole(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> room(Integer.BYTES).putInt((int) whole(json, 0, (1L << Integer.SIZE) - 1));
            case INT64 -> room(Long.BYTES).putLong(whole(json, Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> room(Long.BYTES).putLong(unsigned(json));
            case FP32 -> room(Float.BYTES).putFloat(json.getFloatValue());
            case FP64 -> room(Double.BYTES).putDouble(json.getDoubleValue());
            case BYTES -> put(json.getText().getBytes(StandardCharsets.UTF_8), json);
            case FP16, BF16 -> throw UnmaskException.invalid(datatype + " is told in binary, not in JSON");
        }
    }

    private void put(byte[] element, JsonParser json) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw UnmaskException.invalid("an element of BYTES is not a string");
        }
        room(Integer.BYTES + element.length).putInt(element.length).put(element);
    }

    private static long whole(JsonParser json, long least, long most) throws IOException {
        long value = json.currentToken() == JsonToken.VALUE_NUMBER_INT ? json.getLongValue() : notWhole(json);
        if (value < least || value > most) {
            throw UnmaskException.invalid("the value " + value + " is not in " + least + ".." + most);
        }
        return value;
    }

    private static long unsigned(JsonParser json) throws IOException {
        BigInteger value = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                ? json.getBigIntegerValue()
                : BigInteger.valueOf(notWhole(json));
        if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
            throw UnmaskException.invalid("the value " + value + " is not in 0..2^64-1");
        }
        return value.longValue();
    }

    private static long notWhole(JsonParser json) throws IOException {
        throw UnmaskException.invalid("the value " + json.getText() + " is not a whole number");
    }

    /// The buffer, with room for so many bytes more.
    private ByteBuffer room(int bytes) {
        if (data.remaining() < bytes) {
            int needed = Math.addExact(data.position(), bytes);
            int capacity = (int) Math.min(Integer.MAX_VALUE - Long.BYTES, Math.max(needed, 2L * data.capacity()));
            data = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(data.flip());
        }
        return data;
    }

    private static float finite(float value, String name) {
        if (!Float.isFinite(value)) {
            throw UnmaskException.invalid(
                    "output '" + name + "' holds " + value + ", which JSON cannot tell; ask for it with binary_data");
        }
        return value;
    }

    /// An element of BYTES: as it is if it is text, else in base64, as pictures may come in too.
    private static String text(ByteBuffer data) {
        byte[] element = new byte[data.getInt()];
        data.get(element);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(element))
                    .toString();
        } catch (CharacterCodingException _) {
            return Base64.getEncoder().encodeToString(element);
        }
    }
}
