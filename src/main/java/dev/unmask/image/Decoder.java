package dev.unmask.image;

import dev.unmask.UnmaskException;
import java.nio.BufferUnderflowException;
import java.util.function.Function;

/// Turns the bytes of a JPEG, PNG, WebP, GIF or BMP file into RGB as Pillow's `Image.open(file).convert("RGB")` does:
/// no colour management, alpha dropped, palettes expanded, grey repeated, the first frame of an animation. Any bytes
/// that are not such a file, whole and within the limits, are refused as
/// INVALID, NOT_A_PICTURE or TOO_LARGE of [dev.unmask.Fault].
///
/// Two differences: 16-bit grey keeps its high byte, as 16-bit colour does, where Pillow clips it to white; and of
/// progressive JPEG that lacks its last scans, details stay missing that Pillow guesses.
///
/// @param exif turn the picture as its EXIF orientation says; the reference loaders do not
public record Decoder(Limits limits, boolean exif) {

    /// Of a picture as it is decoded, in pixels.
    public record Size(int width, int height) {

        public long pixels() {
            return (long) width * height;
        }
    }

    /// The default limits; EXIF orientation ignored.
    public static final Decoder DEFAULT = new Decoder(Limits.DEFAULT, false);

    public Picture decode(byte[] file) {
        return read(file, encoded -> {
            Picture picture = new Picture(encoded.width(), encoded.height(), encoded.rgb());
            return exif ? encoded.orientation().apply(picture) : picture;
        });
    }

    /// The size of the picture that a file's header announces, within the limits.
    public Size size(byte[] file) {
        return read(file, encoded -> {
            Size stored = new Size(encoded.width(), encoded.height());
            return exif ? encoded.orientation().apply(stored) : stored;
        });
    }

    private <T> T read(byte[] file, Function<Encoded, T> use) {
        Format format = Format.of(file);
        try {
            Encoded encoded = format.open(file);
            limits.check(encoded.width(), encoded.height());
            return use.apply(encoded);
        } catch (UnmaskException e) {
            throw e;
        } catch (BufferUnderflowException | IndexOutOfBoundsException _) {
            throw format.truncated();
        } catch (RuntimeException e) {
            // whatever a reader of hostile bytes stumbles over, the bytes are at fault
            throw format.corrupt(String.valueOf(e.getMessage()));
        }
    }
}
