package dev.unmask.cli;

import dev.unmask.Card;
import dev.unmask.UnmaskException;
import dev.unmask.cli.options.ViewOptions;
import dev.unmask.image.Decoder;
import dev.unmask.image.Limits;
import dev.unmask.image.Preset;
import dev.unmask.job.Item;
import dev.unmask.task.View;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Which pictures, and how they are read.
final class ImageOptions {

    @Parameters(
            paramLabel = "IMAGE",
            arity = "1..*",
            description =
                    "JPEG, PNG, WebP, GIF or BMP files. With a table as OUT also folders, globs, tar archives, lists"
                            + " of paths (.txt, .csv, .tsv, .parquet; - for standard input).")
    List<Path> images;

    @Mixin
    ViewOptions viewing;

    /// What is done with one picture.
    interface Work {
        void accept(Path image, View view);
    }

    /// Works through the pictures. One that fails is named and does not stop the others.
    int forEach(Card card, PrintWriter err, Work work) {
        Preset chosen = viewing.preset(card);
        Decoder decoder = new Decoder(Limits.DEFAULT, viewing.exif);
        int failed = 0;
        for (Path image : images) {
            try {
                if (Files.isDirectory(image)) {
                    throw UnmaskException.invalid(
                            "is a folder; with a table as OUT (photos.parquet, .npy, .jsonl) all in"
                                    + " it are worked through");
                }
                work.accept(image, View.of(Item.of(image.toString(), image).bytes(), decoder, chosen, card));
            } catch (UnmaskException refusal) {
                if (!refusal.fault().isOfOnePicture()) {
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
}
