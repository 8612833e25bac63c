package dev.unmask.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A service with models of every kind, and a browser before it.
record Site(EmbeddedServer service, Chromium chromium, Api api) implements AutoCloseable {

    static final String BUNDLES = "src/test/resources/bundles/";
    static final Path CAT = Path.of("photos/chelsea.jpg");
    static final Path ROCKET = Path.of("photos/rocket.jpg");
    static final int SIDE = 14; // patches of the bundled model

    static Site open() {
        List<String> models = List.of(
                "onnx/mae-tiny",
                BUNDLES + "classifier-mean",
                BUNDLES + "rectangular",
                BUNDLES + "encoder",
                BUNDLES + "full");
        Chromium chromium = Chromium.start(); // first, as it says what is missing
        EmbeddedServer service = ApplicationContext.run(EmbeddedServer.class, Map.of("unmask.models", models));
        return new Site(service, chromium, new Api(HttpClient.newHttpClient(), service.getURI()));
    }

    Visitor visitor(NewContextOptions options) {
        return visitor(service, options);
    }

    Visitor visitor(EmbeddedServer other, NewContextOptions options) {
        return chromium.visitor(other.getURI().toString(), options);
    }

    /// A photo that the page brings with it.
    static Path sample(String name) {
        return Path.of("src/main/resources/page/photos", name + ".jpg");
    }

    @Override
    public void close() {
        chromium.close();
        api.client().close();
        service.close();
    }
}
