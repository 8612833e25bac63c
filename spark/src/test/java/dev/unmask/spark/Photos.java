package dev.unmask.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.image.Preset;
import dev.unmask.job.Item;
import dev.unmask.job.Listener;
import dev.unmask.job.Pipeline;
import dev.unmask.job.Result;
import dev.unmask.job.Views;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/// Pictures for tests, and what becomes of them on one machine.
final class Photos {

    static final Path MODEL = Path.of("../onnx/mae-tiny").toAbsolutePath().normalize();
    static final String DIGEST = Bundle.open(MODEL).card().digest();

    private static final Path SAMPLES = Path.of("../photos");

    private Photos() {}

    /// Writes different JPEG files, cut from the sample photos: `000.jpg` and so on.
    static List<Path> write(Path folder, int count) throws IOException {
        Files.createDirectories(folder);
        List<BufferedImage> samples = new ArrayList<>();
        try (Stream<Path> files = Files.list(SAMPLES)) {
            for (Path sample : files.filter(file -> file.toString().endsWith(".jpg"))
                    .sorted()
                    .toList()) {
                samples.add(ImageIO.read(sample.toFile()));
            }
        }
        List<Path> photos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BufferedImage sample = samples.get(i % samples.size());
            Path photo = folder.resolve(String.format("%03d.jpg", i));
            assertThat(ImageIO.write(sample.getSubimage(i, 2 * i, 160 + i, 120), "jpg", photo.toFile()))
                    .isTrue();
            photos.add(photo);
        }
        return photos;
    }

    /// Rows by their ids, as one machine makes them.
    static Map<String, Result> alone(Task task, List<Item> items) {
        Map<String, Result> results = new TreeMap<>();
        try (OrtModel model = OrtModel.open(Bundle.open(MODEL), new Device.Cpu(1))) {
            Views views = Views.of(model, Preset.of(model.card().preprocess()), false, 8, 1);
            try (var pipeline =
                    new Pipeline<>(task.work(views), items.iterator(), Integer.MAX_VALUE, 2, Listener.NONE)) {
                pipeline.forEachRemaining(result -> results.put(result.id(), result));
            }
        }
        return results;
    }

    static List<Item> items(List<Path> photos) {
        return photos.stream().map(photo -> Item.of(photo.toString(), photo)).toList();
    }
}
