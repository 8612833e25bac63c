package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {

    @Test
    void noBytesAreNoPicture() {
        assertRefused(new byte[0], "not a picture: 0 bytes");
    }

    @Test
    void textIsNoPicture() {
        assertRefused(
                "hello, world".getBytes(StandardCharsets.UTF_8),
                "not a picture: the file starts with 68 65 6c 6c 6f 2c 20 77; JPEG, PNG, WebP, GIF and BMP are read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "420-61x47.jpg",
                "420-progressive-61x47.jpg",
                "cmyk.jpg",
                "rgb8.png",
                "rgb8-interlaced.png",
                "many-pieces.png",
                "gif-pillow.gif",
                "bmp-24.bmp",
                "webp-lossy.webp",
                "webp-lossless.webp"
            })
    void aFileThatBreaksOffIsRefusedWhereverItBreaks(String name) {
        byte[] file = Golden.file("pictures/" + name);
        for (int part = 1; part < 64; part++) {
            byte[] beginning = Arrays.copyOf(file, 16 + (file.length - 32) * part / 64);
            assertThatThrownBy(() -> Decoder.DEFAULT.decode(beginning))
                    .as("%d of %d bytes", beginning.length, file.length)
                    .isInstanceOf(UnmaskException.class)
                    .hasMessageMatching("(JPEG|PNG|GIF|BMP|WebP) is truncated");
        }
    }

    @ParameterizedTest
    @CsvSource({"rgb8.png, 16, true, true", "420-61x47.jpg, 163, false, true", "bmp-24.bmp, 18, true, false"})
    void aHugePictureIsRefusedByItsHeader(String name, int offset, boolean four, boolean bigEndian) {
        byte[] file = Golden.file("pictures/" + name);
        ByteBuffer header = ByteBuffer.wrap(file).order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        if (four) {
            header.putInt(offset, 50_000).putInt(offset + 4, 50_000);
        } else {
            header.putShort(offset, (short) 50_000).putShort(offset + 2, (short) 50_000);
        }
        repairChecksum(name, header);
        assertRefused(file, "picture is 50000 x 50000 px; the limit is 20000 px a side");
    }

    @Test
    void limitsBeyondWhatAnArrayHoldsAreAMistake() {
        assertThatThrownBy(() -> new Limits(1_000_000_000, 50_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limits of 1000000000 px and 50000 px a side; an array holds 715827882 px");
    }

    @Test
    void aPictureOfTooManyPixelsIsRefused() {
        var decoder = new Decoder(new Limits(2866, 100), false);
        byte[] file = Golden.file("pictures/rgb8.png");
        assertThatThrownBy(() -> decoder.decode(file)).hasMessage("picture is 61 x 47 = 2867 px; the limit is 2866 px");
        assertThat(new Decoder(new Limits(2867, 61), false).decode(file)).hasToString("61 x 47 px");
    }

    @Test
    void aWrongChecksumIsRefused() {
        byte[] file = Golden.file("pictures/rgb8.png");
        file[file.length - 13] ^= 1;
        assertRefused(file, "PNG is corrupt: the checksum of IDAT is wrong");
    }

    @Test
    void aPictureWithoutItsPaletteIsRefused() {
        byte[] file = replaced(Golden.file("pictures/palette8.png"), "PLTE", "plTe");
        assertRefused(file, "PNG is corrupt: it has no palette");
    }

    @Test
    void aJpegOfTwelveBitsIsRefused() {
        byte[] file = Golden.file("pictures/420-61x47.jpg");
        file[162] = 12;
        assertRefused(file, "JPEG with 12 bits a sample is not read");
    }

    @Test
    void aJpegOfTwoComponentsIsRefused() {
        byte[] file = Golden.file("pictures/420-61x47.jpg");
        file[167] = 2;
        assertRefused(file, "JPEG with 2 colour components is not read");
    }

    @ParameterizedTest
    @CsvSource({"201, with arithmetic coding", "195, lossless or hierarchical"})
    void aJpegOfAnotherCodingIsRefused(int marker, String what) {
        byte[] file = Golden.file("pictures/420-61x47.jpg");
        assertThat(file[159]).isEqualTo((byte) 0xC0);
        file[159] = (byte) marker;
        assertRefused(file, "JPEG " + what + " is not read");
    }

    @Test
    void aJpegWithoutItsCodesIsRefused() {
        byte[] file = replaced(Golden.file("pictures/420-61x47.jpg"), "\u00FF\u00C4", "\u00FF\u00E7");
        assertRefused(file, "JPEG is corrupt: it has no code 0");
    }

    @Test
    void aJpegOfVeryManyScansIsRefused() {
        String file = latin(Golden.file("pictures/grey-progressive.jpg"));
        int start = file.indexOf("\u00FF\u00DA\0\u0008\u0001\u0001\0\0\0\u0010");
        int end = start + 10;
        while (file.charAt(end) != 0xFF || file.charAt(end + 1) == 0) {
            end++;
        }
        String scan = file.substring(start, end);
        String many = file.substring(0, end) + scan.repeat(200) + file.substring(end);
        assertRefused(many.getBytes(StandardCharsets.ISO_8859_1), "JPEG of more than 200 scans is not read");
    }

    private static byte[] replaced(byte[] file, String old, String now) {
        return latin(file).replace(old, now).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String latin(byte[] file) {
        return new String(file, StandardCharsets.ISO_8859_1);
    }

    private static void assertRefused(byte[] file, String message) {
        UnmaskException refusal = catchThrowableOfType(UnmaskException.class, () -> Decoder.DEFAULT.decode(file));
        assertThat(refusal).hasMessage(message);
        assertThat(refusal.fault()).isIn(Fault.INVALID, Fault.NOT_A_PICTURE, Fault.TOO_LARGE);
    }

    private static void repairChecksum(String name, ByteBuffer file) {
        if (name.endsWith(".png")) {
            var checksum = new CRC32();
            checksum.update(file.slice(12, 17));
            file.putInt(29, (int) checksum.getValue());
        }
    }
}
