package dev.unmask.ort;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Card.Stack;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `model.json`, format 1: everything that is known about a bundle, written by `unmask export`.
record Manifest(
        int format,
        String name,
        String license,
        Source source,
        Image image,
        Stack encoder,
        @Nullable Stack decoder,
        int classes,
        String finalNorm,
        boolean normalizedPixels,
        String preprocess,
        Map<String, Long> parameters,
        Map<String, Graph> graphs,
        Map<String, Blob> files) {

    private static final int FORMAT = 1;
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /// Where the weights came from.
    record Source(String file, String sha256, String scheme, String flavour) {}

    /// The picture the model sees; mean and std one per channel.
    record Image(int height, int width, int patch, int channels, List<Float> mean, List<Float> std) {}

    /// One ONNX file. `data` names the files that hold its weights, `tolerance` is per device class.
    record Graph(
            String graph,
            String variant,
            String sha256,
            List<String> data,
            List<Port> inputs,
            List<Port> outputs,
            Map<String, Double> tolerance) {}

    /// An input or output; each side of the shape is a number or one of `batch`, `keep`, `1+keep`.
    record Port(String name, String type, List<String> shape) {}

    /// Any other file of the bundle.
    record Blob(long bytes, String sha256) {}

    Manifest {
        require("name", name);
        require("license", license);
        require("source", source);
        require("image", image);
        require("encoder", encoder);
        require("finalNorm", finalNorm);
        require("preprocess", preprocess);
        require("parameters", parameters);
        require("graphs", graphs);
        require("files", files);
        graphs.keySet().forEach(Manifest::requirePlainName);
        files.keySet().forEach(Manifest::requirePlainName);
    }

    static Manifest read(byte[] json, String where) {
        try {
            JsonNode tree = JSON.readTree(new String(json, StandardCharsets.UTF_8));
            int format = tree.path("format").asInt(-1);
            if (format != FORMAT) {
                throw new UnmaskException(
                        Fault.UNSUPPORTED,
                        where + " has bundle format " + tree.path("format").asText("none")
                                + "; this build reads format " + FORMAT);
            }
            return JSON.treeToValue(tree, Manifest.class);
        } catch (ValueInstantiationException e) {
            throw e.getCause() instanceof UnmaskException refusal ? refusal : new IllegalStateException(e);
        } catch (JsonProcessingException e) {
            throw new UnmaskException(Fault.INVALID, where + " is not a manifest: " + e.getOriginalMessage(), e);
        }
    }

    private static void require(String key, @Nullable Object value) {
        if (value == null) {
            throw UnmaskException.invalid("the manifest lacks \"" + key + "\"");
        }
    }

    private static void requirePlainName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw UnmaskException.invalid("the manifest names the file \"" + name + "\", which is not a plain name");
        }
    }
}
