package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.image.Decoder;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import dev.unmask.task.View;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which pictures, and how they are read.
final class ImageOptions {

    /// Faults that name a picture and do not stop the others.
    private static final Set<Fault> OF_THE_PICTURE =
            EnumSet.of(Fault.INVALID, Fault.TOO_LARGE, Fault.NOT_A_PICTURE, Fault.NOT_FOUND);

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "JPEG, PNG, WebP, GIF or BMP files.")
    List<Path> images;

    @Option(
            names = "--exif",
            description = "Turn pictures as their EXIF orientation says; the reference loader does not.")
    boolean exif;

    @Option(
            names = "--preset",
            paramLabel = "PRESET",
            description =
                    "How a picture is brought to the model's size: demo, eval, hf or none (default: the model's).")
    @Nullable
    String preset;

    /// What is done with one picture.
    interface Work {
        void accept(Path image, View view);
    }

    /// Works through the pictures. One that fails is named and does not stop the others.
    int forEach(Card card, PrintWriter err, Work work) {
        Preset chosen = Preset.of(preset == null ? card.preprocess() : preset);
        Decoder decoder = new Decoder(Limits.DEFAULT, exif);
        int failed = 0;
        for (Path image : images) {
            try {
                work.accept(image, View.of(read(image), decoder, chosen, card));
            } catch (UnmaskException refusal) {
                if (!OF_THE_PICTURE.contains(refusal.fault())) {
                    throw refusal;
                }
                err.println("unmask: " + image + ": " + refusal.getMessage());
                failed++;
            }
        }
        if (failed > 0 && images.size() > 1) {
            err.println("unmask: " + failed + " of " + images.size() + " pictures failed");
        }
        return failed == 0 ? Unmask.DONE : Unmask.SOME_FAILED;
    }

    private static byte[] read(Path image) {
        try {
            if (Files.isDirectory(image)) {
                throw UnmaskException.invalid("is a folder, not a picture");
            }
            return Files.readAllBytes(image);
        } catch (NoSuchFileException e) {
            throw new UnmaskException(Fault.NOT_FOUND, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw new UnmaskException(Fault.INVALID, "cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new UnmaskException(Fault.INVALID, "cannot be read: " + e.getMessage(), e);
        }
    }
}
