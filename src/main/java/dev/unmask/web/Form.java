package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.exceptions.HttpStatusException;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// The form of an answer.
enum Form {
    JSON,
    PNG,
    RAW;

    MediaType type() {
        return switch (this) {
            case JSON -> MediaType.APPLICATION_JSON_TYPE;
            case PNG -> MediaType.IMAGE_PNG_TYPE;
            case RAW -> MediaType.APPLICATION_OCTET_STREAM_TYPE;
        };
    }

    /// The form among `offered` that the caller likes best: of those it likes as well, the one it names first.
    static Form accepted(HttpRequest<?> request, Set<Form> offered) {
        List<MediaType> ranges =
                request.getHeaders().accept(); // best first; those that are liked as well stay in their order
        if (ranges.isEmpty()) {
            return JSON;
        }
        return ranges.stream()
                .flatMap(range -> offered.stream().sorted().filter(form -> form.isMeant(range, ranges)))
                .findFirst()
                .orElseThrow(() -> new HttpStatusException(
                        HttpStatus.NOT_ACCEPTABLE,
                        "there is no " + request.getHeaders().get("accept") + " of this; there is "
                                + offered.stream()
                                        .sorted()
                                        .map(form -> form.type().toString())
                                        .collect(Collectors.joining(", "))));
    }

    /// Whether it is this range that says how much this form is liked, as none is more precise; and that it is.
    private boolean isMeant(MediaType range, List<MediaType> ranges) {
        return range.getQualityAsNumber().compareTo(BigDecimal.ZERO) > 0
                && range.matches(type())
                && ranges.stream()
                        .filter(other -> other.matches(type()))
                        .max(Comparator.comparingInt(Form::precision))
                        .filter(range::equals)
                        .isPresent();
    }

    private static int precision(MediaType range) {
        return range.getType().equals("*") ? 0 : range.getSubtype().equals("*") ? 1 : 2;
    }
}
