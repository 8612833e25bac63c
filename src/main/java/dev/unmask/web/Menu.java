package dev.unmask.web;

import dev.unmask.door.Option;
import dev.unmask.door.Options;
import dev.unmask.door.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a route takes: pictures, and options.
///
/// @param one the member of JSON that holds one picture
/// @param many the member of JSON that holds a list of them
record Menu(String one, String many, List<Option<?>> options) {

    /// `image` or `images`, and besides what every route knows `own`.
    static Menu of(Option<?>... own) {
        return of("image", "images", own);
    }

    static Menu of(String one, String many, Option<?>... own) {
        List<Option<?>> options = new ArrayList<>(List.of(own));
        options.addAll(Options.COMMON);
        return new Menu(one, many, List.copyOf(options));
    }

    /// As an object of JSON.
    Schema json() {
        Schema picture = Schema.text("base64, or a data URI of it; other addresses are never fetched");
        Schema pictures = Schema.list(picture, "pictures; the answer is a list, in their order")
                .with("minItems", 1)
                .with("maxItems", Asked.MAX_IMAGES);
        Schema body = Schema.object("Pictures and options.");
        body = one.equals(many)
                ? body.has(one, Schema.any("Pictures.", picture, pictures))
                : body.mayHave(one, picture)
                        .mayHave(many, pictures)
                        .with("oneOf", List.of(requiring(one), requiring(many)));
        for (Option<?> option : options) {
            body = body.mayHave(option.name(), option.member());
        }
        return body.with("additionalProperties", false);
    }

    private static Schema requiring(String member) {
        return new Schema(Map.of("required", List.of(member)));
    }
}
