package dev.unmask.job;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder with a PNG file for each picture, in the tree of the inputs: of `photos/cat.jpg` it is
/// `photos/cat.jpg.png`.
record Drawings(Path folder) {

    void write(String id, ByteBuffer png) throws IOException {
        Path file = file(id);
        Files.createDirectories(file.getParent());
        Durable.write(file, png);
    }

    /// Inside the folder, wherever an id leads.
    Path file(String id) {
        Path file = folder;
        for (Path name : Path.of(id + ".png")) {
            String text = name.toString();
            file = file.resolve(text.equals("..") ? "_" : text);
        }
        return file;
    }
}
