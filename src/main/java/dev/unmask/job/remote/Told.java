package dev.unmask.job.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Card.Stack;
import dev.unmask.Model;
import dev.unmask.Normalization;
import dev.unmask.Output;
import dev.unmask.PatchGrid;
import dev.unmask.Placement;
import dev.unmask.Row;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// A model as a service tells of it: enough to know what it could be asked for. It runs there.
record Told(Card card, List<Placement> placements) implements Model {

    /// Services do not tell this, and nothing but running the model takes it.
    private static final Normalization UNKNOWN = new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

    /// Reads an element of `GET /v1/models`. What is not as it should be is an [IllegalArgumentException].
    static Told of(JsonNode facts) {
        Set<Output> outputs =
                texts(facts.required("outputs")).stream().map(Output::of).collect(Collectors.toSet());
        Card card = new Card(
                facts.required("name").asText(),
                facts.required("license").asText(),
                facts.required("source").asText(),
                facts.required("flavour").asText(),
                facts.required("digest").asText(),
                new PatchGrid(
                        facts.required("height").asInt(),
                        facts.required("width").asInt(),
                        facts.required("patch").asInt()),
                UNKNOWN,
                stack(facts.required("encoder")),
                facts.required("decoder").isNull() ? null : stack(facts.required("decoder")),
                facts.required("classes").asInt(),
                true,
                outputs.contains(Output.PATCHES) && !outputs.contains(Output.IMAGE),
                facts.required("preprocess").asText(),
                List.of(),
                outputs,
                Map.of(),
                facts.required("bytes").asLong());
        return new Told(
                card,
                elements(facts.required("placements")).stream()
                        .map(Told::placement)
                        .toList());
    }

    /// What rows depend on: which model, and in which precisions it runs.
    String identity() {
        Set<String> precisions =
                placements.stream().map(Placement::precision).collect(Collectors.toCollection(TreeSet::new));
        return card.name() + " " + card.digest() + " in " + String.join(", ", precisions);
    }

    @Override
    public List<Answer> run(List<Row> rows, Set<Output> wanted) {
        throw new UnsupportedOperationException(card.name() + " runs elsewhere");
    }

    private static Stack stack(JsonNode facts) {
        return new Stack(
                facts.required("width").asInt(),
                facts.required("depth").asInt(),
                facts.required("heads").asInt(),
                facts.required("mlp").asInt());
    }

    private static Placement placement(JsonNode facts) {
        return new Placement(
                facts.required("device").asText(),
                facts.required("precision").asText(),
                facts.required("execution").asText(),
                facts.required("why").asText(),
                texts(facts.required("graphs")),
                Instant.EPOCH);
    }

    private static List<String> texts(JsonNode list) {
        return elements(list).stream().map(JsonNode::asText).toList();
    }

    private static List<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).toList();
    }
}
