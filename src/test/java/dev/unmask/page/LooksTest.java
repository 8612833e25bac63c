package dev.unmask.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every task on screens of three widths, light and dark: held to axe's rules, and pictured in `target/page` for people
/// to look at.
@Timeout(60)
class LooksTest {

    private static final Path PICTURES = Path.of("target/page");
    private static final Map<String, String> MODELS = Map.of(
            "reconstruct", "mae-tiny", "anomaly", "mae-tiny", "embed", "mae-tiny", "classify", "classifier-mean");

    private static Site site;
    private static String axe;

    @BeforeAll
    static void start() throws IOException {
        try (InputStream script = LooksTest.class.getResourceAsStream("/axe.min.js")) {
            axe = new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
        site = Site.open();
    }

    @AfterAll
    static void stop() {
        site.close();
    }

    static Stream<Arguments> looks() {
        return MODELS.keySet().stream()
                .sorted()
                .flatMap(task -> Stream.of(ColorScheme.LIGHT, ColorScheme.DARK)
                        .flatMap(scheme -> Stream.of(360, 820, 1440).map(width -> Arguments.of(task, scheme, width))));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void everyLookIsAccessible(String task, ColorScheme scheme, int width) {
        try (Visitor visitor = site.visitor(new NewContextOptions()
                .setViewportSize(width, 900)
                .setColorScheme(scheme)
                .setHasTouch(width < 500)
                .setIsMobile(width < 500)
                .setReducedMotion(ReducedMotion.REDUCE))) {
            visitor.page().navigate(site.api().server() + "/#/" + task);
            visitor.page().waitForSelector("[role=tabpanel][aria-busy=false]");
            visitor.at("#model").selectOption(MODELS.get(task));
            visitor.at("#tab-" + task).click();
            visitor.seesAnswer(task);
            visitor.at("h1").hover(); // nothing else is lit
            String name = "%s-%d-%s.png".formatted(task, width, scheme.name().toLowerCase(Locale.ROOT));
            // A screen as high as the page: pictures beyond the screen lose what tells a phone from a desk.
            visitor.page()
                    .setViewportSize(width, (Integer) visitor.page().evaluate("document.documentElement.scrollHeight"));
            visitor.page().screenshot(new ScreenshotOptions().setPath(PICTURES.resolve(name)));
            assertThat(violations(visitor)).isEmpty();
        }
    }

    private static List<?> violations(Visitor visitor) {
        visitor.page().evaluate(axe);
        return (List<?>) visitor.page().evaluate("""
                async () => (await axe.run()).violations.map(({ id, help, nodes }) =>
                    `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => target + " " + failureSummary).join("; ")}`)""");
    }
}
