package dev.unmask.oip;

import dev.unmask.Card;
import dev.unmask.ort.Bundle;
import java.nio.file.Path;

/// The small models that the tests serve.
final class Bundles {

    static final String FOLDER = "src/test/resources/bundles/";

    private Bundles() {}

    /// What a bundle knows of itself.
    static Card card(String bundle) {
        return Bundle.open(Path.of(FOLDER, bundle)).card();
    }
}
