package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;

/// The form of an answer: numbers unless the caller accepts another first.
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

    /// The first form of the `Accept` header that there is.
    static Form accepted(HttpRequest<?> request) {
        for (MediaType accepted : request.accept()) {
            for (Form form : values()) {
                if (accepted.matches(form.type())) {
                    return form;
                }
            }
        }
        return JSON;
    }
}
