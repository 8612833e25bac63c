package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The memory that decoding takes is what the service divides its heap by.
class DecodeMemoryTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Progressive, four colours, none of them reduced: the costliest pixels there are.
    @Test
    void noPixelTakesMoreThanWasPromised() throws IOException {
        byte[] file = Files.readAllBytes(Path.of("src/test/resources/images/costly.jpg"));
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Picture picture = Decoder.DEFAULT.decode(file);
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
        double perPixel = (double) bytes / picture.width() / picture.height();
        assertThat(perPixel).isBetween(Limits.BYTES_PER_PIXEL * 0.9, (double) Limits.BYTES_PER_PIXEL);
    }
}
