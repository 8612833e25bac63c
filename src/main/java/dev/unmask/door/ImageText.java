package dev.unmask.door;

import dev.unmask.UnmaskException;
import java.util.Base64;
import java.util.regex.Pattern;

/// An encoded picture written as text: base64, or a data URI of it. Other addresses are never fetched.
public final class ImageText {

    /// Which tools put into base64.
    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+");

    private static final String DATA = "data:";

    private ImageText() {}

    /// The bytes of the picture's file.
    public static byte[] bytes(String written) {
        String text = written;
        if (text.startsWith(DATA)) {
            int comma = text.indexOf(',');
            if (comma < 0 || !text.substring(0, comma).endsWith(";base64")) {
                throw UnmaskException.invalid("a data URI must hold base64: data:image/jpeg;base64,...");
            }
            text = text.substring(comma + 1);
        } else if (text.startsWith("http:") || text.startsWith("https:")) {
            throw UnmaskException.invalid("images are not fetched from addresses; send base64 or a data URI");
        }
        try {
            return Base64.getDecoder().decode(LINE_ENDS.matcher(text).replaceAll(""));
        } catch (IllegalArgumentException e) {
            throw UnmaskException.invalid("the image is not base64: " + e.getMessage());
        }
    }
}
