package dev.unmask.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PngTest {

    @Test
    void whatIsWrittenIsReadBack() {
        Tensor picture = Golden.picture("photos/chelsea.jpg").tensor();
        Picture read = Decoder.DEFAULT.decode(Png.write(picture));
        assertThat(read.rgb()).isEqualTo(picture.toBytes());
    }

    @Test
    void otherReadersReadItToo() throws IOException {
        Picture picture = Golden.picture("pictures/420-61x47.jpg");
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(Png.write(picture.tensor())));
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < picture.width(); x++) {
                int at = (y * picture.width() + x) * Picture.CHANNELS;
                byte[] rgb = picture.rgb();
                int expected = ((rgb[at] & 0xFF) << 16) | ((rgb[at + 1] & 0xFF) << 8) | (rgb[at + 2] & 0xFF);
                assertThat(read.getRGB(x, y) & 0xFFFFFF).isEqualTo(expected);
            }
        }
    }

    @Test
    void onlyPicturesAreWritten() {
        assertThatThrownBy(() -> Png.write(Tensor.allocate(Tensor.Type.FLOAT32, 2, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("float32[2, 2, 3] is not a picture; uint8 (height, width, 3) is");
    }
}
