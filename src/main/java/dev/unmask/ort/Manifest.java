package dev.unmask.ort;

import dev.unmask.Card.Stack;
import dev.unmask.Fault;
import dev.unmask.Tensor;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `model.json`, format 1: everything that is known about a bundle, written by `unmask export`.
record Manifest(
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
    private static final double COSINE = 0.9999; // of float32 too, which is far above

    /// Where the weights came from.
    record Source(String file, String flavour) {}

    /// The picture the model sees; mean and std one per channel.
    record Image(int height, int width, int patch, List<Float> mean, List<Float> std) {}

    /// One ONNX file. `data` names the files that hold its weights, `tolerance` is per device class, `cosine` the
    /// least that passes, `levels` those of a picture. A graph for TensorRT has `profiles`: the least, usual and
    /// largest size of each dimension that has a name.
    record Graph(
            String graph,
            String variant,
            String sha256,
            List<String> data,
            List<Port> inputs,
            List<Port> outputs,
            Map<String, Double> tolerance,
            double cosine,
            int levels,
            Map<String, List<Long>> profiles) {}

    /// An input or an output; each side of its shape is a number or one of `batch`, `keep`, `1+keep`.
    record Port(String name, String type, List<String> shape) {

        Tensor.Type elements() {
            return switch (type) {
                case "float32" -> Tensor.Type.FLOAT32;
                case "uint8" -> Tensor.Type.UINT8;
                case "int64" -> Tensor.Type.INT64;
                default -> throw new UnmaskException(Fault.UNSUPPORTED, "tensors of type " + type + " are not known");
            };
        }

        /// Its shape for a number of rows that keep so many patches.
        long[] shape(int rows, int keep) {
            long[] sides = new long[shape.size()];
            for (int i = 0; i < sides.length; i++) {
                String side = shape.get(i);
                sides[i] = switch (side) {
                    case "batch" -> rows;
                    case "keep" -> keep;
                    case "1+keep" -> 1L + keep;
                    default -> Long.parseLong(side);
                };
            }
            return sides;
        }

        long bytes(int rows, int keep) {
            long bytes = elements().bytes();
            for (long side : shape(rows, keep)) {
                bytes = Math.multiplyExact(bytes, side);
            }
            return bytes;
        }
    }

    /// Any other file of the bundle.
    record Blob(String sha256) {}

    Manifest {
        graphs.keySet().forEach(Manifest::requirePlainName);
        files.keySet().forEach(Manifest::requirePlainName);
    }

    static Manifest read(byte[] text, String where) {
        Json json = Json.read(text, where);
        try {
            requireFormat(json);
            return new Manifest(
                    json.get("name").text(),
                    json.get("license").text(),
                    source(json.get("source")),
                    image(json.get("image")),
                    stack(json.get("encoder")),
                    json.find("decoder").map(Manifest::stack).orElse(null),
                    json.find("classes").map(Json::integer).orElse(0L).intValue(),
                    json.get("finalNorm").text(),
                    json.get("normalizedPixels").truth(),
                    json.get("preprocess").text(),
                    json.get("parameters").map(Json::integer),
                    json.get("graphs").map(Manifest::graph),
                    json.get("files").map(blob -> new Blob(blob.get("sha256").text())));
        } catch (UnmaskException refusal) {
            throw new UnmaskException(refusal.fault(), where + ": " + refusal.getMessage(), refusal);
        }
    }

    private static void requireFormat(Json json) {
        long format = json.get("format").integer();
        if (format != FORMAT) {
            throw new UnmaskException(
                    Fault.UNSUPPORTED, "it has bundle format " + format + "; this build reads format " + FORMAT);
        }
    }

    private static Source source(Json json) {
        return new Source(json.get("file").text(), json.get("flavour").text());
    }

    private static Image image(Json json) {
        return new Image(
                side(json, "height"),
                side(json, "width"),
                side(json, "patch"),
                json.get("mean").list(value -> (float) value.number()),
                json.get("std").list(value -> (float) value.number()));
    }

    private static Stack stack(Json json) {
        return new Stack(side(json, "width"), side(json, "depth"), side(json, "heads"), side(json, "mlp"));
    }

    private static Graph graph(Json json) {
        return new Graph(
                json.get("graph").text(),
                json.get("variant").text(),
                json.get("sha256").text(),
                json.get("data").list(Json::text),
                json.get("inputs").list(Manifest::port),
                json.get("outputs").list(Manifest::port),
                json.get("tolerance").map(Json::number),
                json.find("cosine").map(Json::number).orElse(COSINE),
                json.find("levels").map(Json::integer).orElse(1L).intValue(),
                json.find("profiles").map(sizes -> sizes.map(Manifest::profile)).orElse(Map.of()));
    }

    private static List<Long> profile(Json json) {
        List<Long> sizes = json.list(Json::integer);
        if (sizes.size() != 3) {
            throw UnmaskException.invalid("a profile has " + sizes.size() + " sizes; it must be 3: min, usual, max");
        }
        return sizes;
    }

    private static Port port(Json json) {
        return new Port(
                json.get("name").text(),
                json.get("type").text(),
                json.get("shape").list(side -> side.value().toString()));
    }

    private static int side(Json json, String key) {
        long side = json.get(key).integer();
        if (side < 1 || side > Integer.MAX_VALUE) {
            throw UnmaskException.invalid("\"" + key + "\" is " + side + "; it must be at least 1");
        }
        return (int) side;
    }

    private static void requirePlainName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw UnmaskException.invalid("it names the file \"" + name + "\", which is not a plain name");
        }
    }
}
