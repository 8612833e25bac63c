package dev.unmask.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Asks a server about itself.
///
/// @param headers of each request, as `name: value`
record Client(Target target, List<String> headers) {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Names and digests of the models that are served, as far as the server tells.
    Map<String, String> models() {
        Connection.Reply reply = get("/v1/models");
        Map<String, String> models = new LinkedHashMap<>();
        if (reply.status() == 200) {
            JsonNode answer = parse(reply.text());
            List<String> digests = answer.findValuesAsText("digest");
            List<String> names = answer.findValuesAsText("name");
            for (int i = 0; i < Math.min(names.size(), digests.size()); i++) {
                models.put(names.get(i), digests.get(i));
            }
        }
        return models;
    }

    /// The sum of a metric over its labels, of those that hold a text.
    double metric(String name, String label) {
        return get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private Connection.Reply get(String path) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Connection connection = Connection.open(target, deadline)) {
            return connection.exchange(target.get(path, headers), deadline);
        } catch (IOException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "no server answers at " + target + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "/v1/models answers something other than JSON", e);
        }
    }
}
