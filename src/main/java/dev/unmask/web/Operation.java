package dev.unmask.web;

import dev.unmask.door.Schema;
import io.micronaut.http.HttpStatus;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A route as the OpenAPI document tells it.
///
/// @param menu what it takes; null if it takes nothing
/// @param types of bodies that it reads
/// @param answers for each media type
/// @param refusals besides 500 and, where keys are asked for, 401 and 403
record Operation(
        String method,
        String path,
        String group,
        String summary,
        String about,
        String example,
        @Nullable Menu menu,
        List<String> types,
        Map<String, Schema> answers,
        List<HttpStatus> refusals) {

    /// Where `{name}` stands in the path.
    boolean isOfOneModel() {
        return path.contains("{name}");
    }

    /// Whether it runs a model.
    boolean isWork() {
        return menu != null;
    }

    /// Whether its pictures may come as they are, with the options in the query.
    boolean takesBytes() {
        return types.size() > 1;
    }
}
