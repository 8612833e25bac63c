package dev.unmask.image;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The formats that are read, told apart by their first bytes.
enum Format {
    JPEG {
        @Override
        Encoded open(byte[] file) {
            return JpegFile.open(file);
        }
    },
    PNG {
        @Override
        Encoded open(byte[] file) {
            return PngFile.open(file);
        }
    },
    WEBP {
        @Override
        Encoded open(byte[] file) {
            return WebpFile.open(file);
        }

        @Override
        public String toString() {
            return "WebP";
        }
    },
    GIF {
        @Override
        Encoded open(byte[] file) {
            return GifFile.open(file);
        }
    },
    BMP {
        @Override
        Encoded open(byte[] file) {
            return BmpFile.open(file);
        }
    };

    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    /// Reads the header.
    abstract Encoded open(byte[] file);

    /// The format of a file, by its magic bytes.
    static Format of(byte[] file) {
        if (startsWith(file, 0, 0xFF, 0xD8, 0xFF)) {
            return JPEG;
        }
        if (startsWith(file, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n')) {
            return PNG;
        }
        if (startsWith(file, 0, 'R', 'I', 'F', 'F') && startsWith(file, 8, 'W', 'E', 'B', 'P')) {
            return WEBP;
        }
        if (startsWith(file, 0, 'G', 'I', 'F', '8', '7', 'a') || startsWith(file, 0, 'G', 'I', 'F', '8', '9', 'a')) {
            return GIF;
        }
        if (startsWith(file, 0, 'B', 'M')) {
            return BMP;
        }
        throw new UnmaskException(
                Fault.NOT_A_PICTURE,
                file.length == 0
                        ? "not a picture: 0 bytes"
                        : "not a picture: the file starts with " + beginning(file)
                                + "; JPEG, PNG, WebP, GIF and BMP are read");
    }

    UnmaskException truncated() {
        return UnmaskException.invalid(this + " is truncated");
    }

    UnmaskException corrupt(String why) {
        return UnmaskException.invalid(this + " is corrupt: " + why);
    }

    UnmaskException unsupported(String what) {
        return UnmaskException.invalid(this + " " + what + " is not read");
    }

    private static boolean startsWith(byte[] file, int offset, int... magic) {
        return file.length >= offset + magic.length
                && Arrays.equals(
                        Arrays.copyOfRange(file, offset, offset + magic.length),
                        new String(magic, 0, magic.length).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String beginning(byte[] file) {
        return HEX.formatHex(file, 0, Math.min(file.length, 8));
    }
}
