package dev.unmask.oip;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Mask;
import dev.unmask.Output;
import dev.unmask.Tensor;
import dev.unmask.task.Anomaly.Finding;
import dev.unmask.task.Listener;
import dev.unmask.task.Reconstruct.Reconstruction;
import dev.unmask.task.ReconstructionPanel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What came out, row by row, and how it is told.
///
/// @param masks of the rows
/// @param answers none if no graph was needed
/// @param fills none if no loss and no picture was needed
/// @param findings none if nothing was judged
record Results(
        Card card,
        List<Mask> masks,
        List<Answer> answers,
        List<Reconstruction> fills,
        List<Finding> findings,
        List<ReconstructionPanel> panels) {

    /// An output as it was declared, or its largest values.
    ///
    /// @param classes how many of these; 0: the output itself
    InferOutput tell(TensorSpec spec, int classes) {
        InferOutput output = tell(spec);
        return classes == 0 ? output : largest(output, classes);
    }

    /// Tells those who watch the model what the results say of the pictures.
    void tell(Listener listener) {
        fills.forEach(fill -> listener.reconstructed(card.name(), fill.loss()));
        findings.forEach(finding -> listener.judged(card.name(), finding.score()));
    }

    private InferOutput tell(TensorSpec spec) {
        return switch (spec.name()) {
            case Face.MASK -> joined(spec, masks, Results::hidden);
            case Face.IDS_RESTORE -> joined(spec, masks, mask -> longs(mask.restore()));
            case Face.LOSS -> joined(spec, fills, fill -> number(fill.loss()));
            case Face.ANOMALY_MAP -> joined(spec, findings, Finding::heat);
            case Face.ANOMALY_SCORE -> joined(spec, findings, finding -> number(finding.score()));
            case Face.PANELS ->
                InferOutput.of(
                        spec.name(),
                        List.of((long) masks.size()),
                        fills.stream().map(this::png).toList());
            case "image" ->
                fills.isEmpty()
                        ? joined(spec, answers, answer -> answer.get(Output.IMAGE))
                        : joined(spec, fills, Reconstruction::image);
            default -> {
                Output output = Output.of(spec.name());
                yield joined(spec, answers, answer -> answer.get(output));
            }
        };
    }

    private static <T> InferOutput joined(TensorSpec spec, List<T> results, Function<T, Tensor> tensor) {
        List<Tensor> tensors = results.stream().map(tensor).toList();
        List<Long> shape = Stream.concat(
                        Stream.of((long) tensors.size()),
                        Arrays.stream(tensors.getFirst().shape()).boxed())
                .toList();
        return new InferOutput(spec.name(), spec.datatype(), shape, joined(tensors));
    }

    private static ByteBuffer joined(List<Tensor> tensors) {
        if (tensors.size() == 1) {
            return tensors.getFirst().bytes();
        }
        int bytes = tensors.stream().mapToInt(each -> each.bytes().remaining()).sum();
        ByteBuffer all = ByteBuffer.allocate(bytes);
        tensors.forEach(each -> all.put(each.bytes()));
        return all.flip();
    }

    private static Tensor hidden(Mask mask) {
        boolean[] hidden = mask.hidden();
        byte[] flags = new byte[hidden.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = (byte) (hidden[i] ? 1 : 0);
        }
        return Tensor.of(flags, flags.length);
    }

    private static Tensor longs(int[] values) {
        return Tensor.of(IntStream.of(values).asLongStream().toArray(), values.length);
    }

    private static Tensor number(double value) {
        return Tensor.of(new float[] {(float) value});
    }

    private byte[] png(Reconstruction fill) {
        return ReconstructionPanel.draw(panels, fill, card);
    }

    /// The classification extension: for each row, `value:index` or `value:index:label` of the largest values.
    private InferOutput largest(InferOutput output, int classes) {
        int each = output.data().remaining() / Float.BYTES / masks.size();
        List<byte[]> texts = IntStream.range(0, masks.size())
                .boxed()
                .flatMap(row -> largest(output, row * each, each, classes))
                .toList();
        return InferOutput.of(output.name(), List.of((long) masks.size(), (long) Math.min(classes, each)), texts);
    }

    private Stream<byte[]> largest(InferOutput output, int start, int count, int classes) {
        List<String> labels = output.name().equals("logits") ? card.labels() : List.of();
        return IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> value(output, start + i))
                        .reversed())
                .limit(classes)
                .map(i -> String.format(Locale.ROOT, "%f:%d", value(output, start + i), i)
                        + (labels.isEmpty() ? "" : ":" + labels.get(i)))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    private static float value(InferOutput output, int index) {
        return output.data().getFloat(index * Float.BYTES);
    }
}
