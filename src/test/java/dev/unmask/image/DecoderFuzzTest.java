package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whatever the bytes, there is a picture or a refusal.
class DecoderFuzzTest {

    private static final int ROUNDS = 40;
    private static final Decoder DECODER = new Decoder(new Limits(1_000_000, 4_000), true);

    @Test
    @Timeout(60)
    void anyBytesGiveAPictureOrARefusal() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(20_260_101);
        List<String> names = Golden.names()
                .filter(name -> !name.startsWith("photos/") && Golden.file(name).length < 9_000)
                .toList();
        assertThat(names).hasSizeGreaterThan(100);
        for (String name : names) {
            byte[] file = Golden.file(name);
            for (int round = 0; round < ROUNDS; round++) {
                decode(name, mutated(file, random));
            }
        }
    }

    private static void decode(String name, byte[] file) {
        try {
            assertThat(DECODER.decode(file)).isNotNull();
        } catch (UnmaskException refusal) {
            assertThat(refusal.fault()).isIn(Fault.INVALID, Fault.NOT_A_PICTURE, Fault.TOO_LARGE);
            assertThat(refusal.getMessage()).isNotBlank().doesNotEndWith(".");
        } catch (RuntimeException | StackOverflowError e) {
            fail(name + " mutated", e);
        }
    }

    /// Some bytes changed, most of them near the beginning, where headers are; sometimes cut, sometimes a piece
    /// doubled.
    private static byte[] mutated(byte[] original, RandomGenerator random) {
        byte[] file = original.clone();
        int changes = 1 << random.nextInt(6);
        for (int i = 0; i < changes; i++) {
            int reach = random.nextBoolean() ? Math.min(file.length, 64) : file.length;
            file[random.nextInt(reach)] = (byte) random.nextInt();
        }
        if (random.nextInt(4) == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        if (random.nextInt(4) == 0) {
            int from = random.nextInt(file.length);
            int length = random.nextInt(file.length - from);
            System.arraycopy(file, from, file, random.nextInt(file.length - length), length);
        }
        return file;
    }
}
