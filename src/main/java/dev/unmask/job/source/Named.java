package dev.unmask.job.source;

import dev.unmask.UnmaskException;
import dev.unmask.job.Item;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Items of what a list or a folder names, whether it is there or not.
final class Named {

    private Named() {}

    /// The picture of a path.
    static Item item(String path) {
        if (path.isEmpty()) {
            return failing(path, "the list names no file here");
        }
        try {
            return Item.of(path, Path.of(path));
        } catch (InvalidPathException e) {
            return failing(path, "is not a path here: " + e.getReason());
        }
    }

    /// One that is refused when it is read.
    static Item failing(String id, String why) {
        return new Item(id, () -> {
            throw UnmaskException.invalid(why);
        });
    }

    /// One that fails when it is read, as it did before.
    static Item failing(String id, IOException e) {
        return new Item(id, () -> {
            throw e;
        });
    }

    /// Why a file cannot be read, for people.
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            case CharacterCodingException _ -> "it is not UTF-8";
            default -> String.valueOf(e.getMessage());
        };
    }
}
