package dev.unmask.oip;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// Makes of what is right something that may not be.
record Mutation(RandomGenerator random) {

    /// What a parser of numbers may stumble over.
    private static final List<String> STRANGE = List.of(
            "0",
            "-1",
            "1",
            "+7",
            "2147483647",
            "2147483648",
            "-2147483648",
            "99999999999999999999",
            "abc",
            "1e3",
            "0x10",
            "");

    private static final int STRUCTURE = 200; // bytes at the beginning, where most of it is

    String strange() {
        return STRANGE.get(random.nextInt(STRANGE.size()));
    }

    /// Bits flipped, most of them where the structure is; sometimes cut, sometimes with a piece of itself, or something
    /// strange, in between.
    byte[] of(byte[] original) {
        byte[] bytes = original.clone();
        int changes = random.nextInt(4) == 0 ? 0 : 1 << random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int reach = random.nextInt(4) > 0 ? Math.min(bytes.length, STRUCTURE) : bytes.length;
            bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
        }
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> spliced(bytes, piece(bytes));
            case 2 -> spliced(bytes, strange().getBytes(StandardCharsets.ISO_8859_1));
            default -> bytes;
        };
    }

    private byte[] piece(byte[] bytes) {
        int from = random.nextInt(bytes.length);
        return Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from));
    }

    private byte[] spliced(byte[] bytes, byte[] piece) {
        int at = random.nextInt(Math.min(bytes.length, 2 * STRUCTURE));
        byte[] spliced = Arrays.copyOf(bytes, bytes.length + piece.length);
        System.arraycopy(piece, 0, spliced, at, piece.length);
        System.arraycopy(bytes, at, spliced, at + piece.length, bytes.length - at);
        return spliced;
    }
}
