package dev.unmask.web;

import java.util.ArrayList;
import java.util.List;

/// What a route takes: pictures, and options.
///
/// @param pictures the members of JSON of which one holds the pictures
record Menu(List<String> pictures, List<Option<?>> options) {

    /// `image` or `images`, and besides what every route knows `own`.
    static Menu of(Option<?>... own) {
        return of(List.of("image", "images"), own);
    }

    static Menu of(List<String> pictures, Option<?>... own) {
        List<Option<?>> options = new ArrayList<>(List.of(own));
        options.addAll(Options.COMMON);
        return new Menu(pictures, List.copyOf(options));
    }
}
