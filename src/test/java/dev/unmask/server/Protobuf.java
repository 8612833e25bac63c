package dev.unmask.server;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// One message of Protocol Buffers as its numbered fields; enough of the format to look into what is sent.
record Protobuf(List<Field> fields) {

    /// A field: bytes (of text or of another message) or a number.
    record Field(int number, ByteBuffer bytes, long value) {}

    static Protobuf read(byte[] message) {
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        List<Field> fields = new ArrayList<>();
        while (in.hasRemaining()) {
            int tag = (int) varint(in);
            byte[] bytes = new byte[0];
            long value = 0;
            switch (tag & 7) {
                case 0 -> value = varint(in);
                case 1 -> value = in.getLong();
                case 2 -> {
                    bytes = new byte[(int) varint(in)];
                    in.get(bytes);
                }
                case 5 -> value = in.getInt();
                default -> throw new IllegalArgumentException("no wire type " + (tag & 7));
            }
            fields.add(new Field(tag >>> 3, ByteBuffer.wrap(bytes), value));
        }
        return new Protobuf(fields);
    }

    /// The messages in a field, in their order.
    List<Protobuf> all(int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .map(field -> read(field.bytes().array()))
                .toList();
    }

    String text(int number) {
        return new String(bytes(number), StandardCharsets.UTF_8);
    }

    String hex(int number) {
        return HexFormat.of().formatHex(bytes(number));
    }

    long value(int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .orElseThrow()
                .value();
    }

    private byte[] bytes(int number) {
        return fields.stream()
                .filter(field -> field.number() == number)
                .findFirst()
                .map(field -> field.bytes().array())
                .orElse(new byte[0]);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }
}
