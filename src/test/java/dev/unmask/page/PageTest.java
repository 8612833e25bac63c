package dev.unmask.page;

import static dev.unmask.page.Api.assertSame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the page shows, and how it behaves.
class PageTest extends Visits {

    @Test
    void theFirstSightIsAPhotoAlreadyReconstructed() throws Exception {
        visitor.opens("reconstruct");
        assertThat(visitor.text("#hidden-count")).isEqualTo("147 of 196");
        assertThat(Double.parseDouble(visitor.text("#loss"))).isPositive();
        assertThat(visitor.at(".sample").count()).isEqualTo(4);
        assertThat(visitor.text("#place")).isEqualTo("cpu · fp32");
        assertThat(visitor.at("#reconstruct .legend").textContent()).contains("decode", "queue", "infer", "encode");
        assertSame(
                visitor.picture("#painted"),
                site.api().panel(Site.sample("coffee"), "ratio=0.75&seed=2&preset=eval", "combined"));
    }

    @Test
    void thePictureIsThereBeforeTheServiceWasAsked() {
        visitor.page().route("**/v1/**", Route::abort);
        visitor.page().navigate(site.api().server() + "/");
        visitor.waitsFor("#picture-error", "The service cannot be reached.");
        assertThat(visitor.at("#painted").evaluate("canvas => getComputedStyle(canvas).backgroundImage"))
                .asString()
                .endsWith("/page/photos/first.webp\")");
        visitor.expectsComplaint("net::ERR_FAILED");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reconstruct", "anomaly", "embed"})
    void nothingJumpsWhileItLoads(String task) {
        visitor.page().addInitScript("""
                window.jumps = 0;
                new PerformanceObserver(list => list.getEntries().forEach(jump => window.jumps += jump.value))
                    .observe({ type: "layout-shift", buffered: true });""");
        visitor.opens(task);
        visitor.page().evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        assertThat(((Number) visitor.page().evaluate("window.jumps")).doubleValue())
                .isLessThan(0.02);
    }

    @Test
    void anomaliesAreTheServices() throws Exception {
        visitor.opens("anomaly");
        JsonNode told = site.api().json(Site.sample("coffee"), "/v1/anomaly?masks=4&rounds=1&preset=eval");
        assertThat(Double.parseDouble(visitor.text("#score")))
                .isCloseTo(told.path("score").asDouble(), within(5e-4));
        BoundingBox box = visitor.at("#prober").boundingBox();
        visitor.page().mouse().move(box.x + box.width * 2.5 / Site.SIDE, box.y + box.height * 1.5 / Site.SIDE);
        assertThat(visitor.text("#probed-where")).isEqualTo("Error at row 2, column 3");
        assertThat(Double.parseDouble(visitor.text("#probed")))
                .isCloseTo(told.path("map").path(Site.SIDE + 2).asDouble(), within(5e-4));
        visitor.at("#prober").focus();
        visitor.page().keyboard().press("ArrowRight");
        assertThat(visitor.text("#prober-at")).startsWith("row 2, column 4: error ");
        visitor.at("#opacity").fill("25");
        assertThat(visitor.at("#heat").evaluate("canvas => getComputedStyle(canvas).opacity"))
                .isEqualTo("0.25");
    }

    @Test
    void theSimilarityOfTwoPicturesIsThatOfTheirVectors() throws Exception {
        visitor.opens("embed").drops(Site.CAT, Site.ROCKET);
        visitor.waitsFor("#embedded", "6");
        double told = cosine(vector(Site.CAT), vector(Site.ROCKET));
        assertThat(Double.parseDouble(visitor.text("#matrix tbody tr:nth-child(5) td:nth-child(7)")))
                .isCloseTo(told, within(5e-4));
        visitor.at("[aria-label='Neighbours of rocket.jpg']").last().click();
        assertThat(visitor.text("#neighbours-title")).isEqualTo("Nearest to rocket.jpg");
        assertThat(visitor.text("#neighbours li:first-child span")).isEqualTo("rocket.jpg"); // the sample, a copy of it
        visitor.at("[data-sample=coffee]").click();
        visitor.waitsFor("#embedded", "5");
    }

    @Test
    void vectorsAreSavedAsJsonAndAsCsv() throws Exception {
        visitor.opens("embed");
        JsonNode json = Api.parse(saved("#json"));
        assertThat(json.path("pictures")).hasSize(4);
        assertThat(json.path("pictures").path(1).path("embedding").path(0).asDouble())
                .isEqualTo(vector(Site.sample("chelsea")).path(0).asDouble());
        assertThat(json.path("similarity").path(2).path(2).asDouble()).isCloseTo(1, within(1e-5));
        List<String> csv = saved("#csv").lines().toList();
        assertThat(csv).hasSize(5);
        assertThat(csv.get(1).split(",", -1)).hasSize(1 + 192).startsWith("\"coffee.jpg\"");
    }

    @Test
    void everythingIsReachedByKeys() {
        visitor.opens("reconstruct");
        tabsTo("#tab-reconstruct");
        press("ArrowRight");
        visitor.seesAnswer("anomaly");
        press("ArrowRight");
        visitor.seesAnswer("embed");
        press("Home");
        visitor.seesAnswer("reconstruct");
        tabsTo("[data-sample=chelsea]");
        press("Enter");
        visitor.page().waitForSelector("[data-sample=chelsea][aria-pressed=true]");
        tabsTo("#painter");
        press("ArrowDown");
        press("ArrowRight");
        press(" ");
        visitor.page().waitForFunction("() => document.getElementById('hidden-count').textContent !== '147 of 196'");
        assertThat(visitor.text("#painter-at")).matches("row 2, column 2, (hidden|visible)");
        tabsTo("#undo-mask");
        press("Enter");
        visitor.waitsFor("#hidden-count", "147 of 196");
        tabsTo("#wipe-at");
        press("ArrowLeft");
        assertThat(visitor.at("#wipe-at").inputValue()).isEqualTo("99");
        tabsTo("#ratio");
        press("Home");
        visitor.waitsFor("#hidden-count", "0 of 196");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reconstruct", "anomaly", "embed"})
    void aNarrowScreenNeedsNoScrollingSideways(String task) {
        try (Visitor phone = site.visitor(new NewContextOptions().setViewportSize(360, 640))) {
            phone.opens(task);
            assertThat((Integer) phone.page().evaluate("document.documentElement.scrollWidth"))
                    .isEqualTo(360);
        }
    }

    @Test
    void darkColoursAreTheSystemsOrTheReaders() {
        try (Visitor night = site.visitor(new NewContextOptions().setColorScheme(ColorScheme.DARK))) {
            night.opens("reconstruct");
            assertThat(ground(night)).isEqualTo("rgb(18, 21, 20)");
            night.at("#theme").click();
            assertThat(ground(night)).isEqualTo("rgb(250, 250, 248)");
            night.page().reload();
            assertThat(ground(night)).isEqualTo("rgb(250, 250, 248)");
            night.seesAnswer("reconstruct");
        }
    }

    @Test
    void theTabsAreThoseThatTheModelCan() throws Exception {
        visitor.opens("reconstruct").at("#model").selectOption("classifier-mean");
        visitor.seesAnswer("embed");
        assertThat(tabs()).containsExactly("Embed", "Classify");
        visitor.at("#tab-classify").click();
        visitor.seesAnswer("classify");
        JsonNode told = site.api()
                .json(Site.sample("coffee"), "/v1/classify?top=5&preset=eval&model=classifier-mean")
                .path("classes");
        assertThat(visitor.at("#classes li span").allTextContents())
                .containsExactlyElementsOf(told.findValuesAsText("label"));
        visitor.at("#model").selectOption("encoder");
        visitor.seesAnswer("embed");
        assertThat(tabs()).containsExactly("Embed");
    }

    @Test
    void theLineForTheTerminalGivesTheSame() throws Exception {
        visitor.opens("reconstruct").at("[data-preset=grid]").click();
        visitor.seesAnswer("reconstruct");
        terminal("#reconstruct");
        assertThat(Files.readAllBytes(folder.resolve("answer.png"))).startsWith(0x89, 'P', 'N', 'G');
        visitor.at("#tab-embed").click();
        visitor.seesAnswer("embed");
        JsonNode told = Api.parse(terminal("#embed"));
        assertThat(told.path("embedding")).isEqualTo(vector(Site.sample("rocket")));
    }

    @Test
    void theLineForTheTerminalIsCopied() {
        visitor.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        visitor.opens("reconstruct").at("#reconstruct .copy").click();
        visitor.waitsFor("#reconstruct .copy", "Copied");
        assertThat(visitor.page().evaluate("navigator.clipboard.readText()"))
                .isEqualTo(visitor.text("#reconstruct .terminal code"));
    }

    /// Browsers let a page copy over HTTPS and from this machine alone.
    @Test
    void aLineThatMayNotBeCopiedIsSelected() {
        visitor.page().addInitScript("delete Navigator.prototype.clipboard");
        visitor.opens("reconstruct").at("#reconstruct .copy").click();
        visitor.waitsFor("#reconstruct .copy", "Selected");
        assertThat(visitor.page().evaluate("String(getSelection())"))
                .asString()
                .isEqualToNormalizingWhitespace(visitor.text("#reconstruct .terminal code"));
    }

    @Test
    void aServiceWithKeysAsksForOne() {
        Map<String, Object> key =
                Map.of("name", "reader", "sha256", dev.unmask.task.Keys.sha256("let me in"), "models", List.of("*"));
        try (EmbeddedServer locked = ApplicationContext.run(
                        EmbeddedServer.class,
                        Map.of("unmask.models", List.of(Site.BUNDLES + "visualize"), "unmask.keys", List.of(key)));
                Visitor reader = site.visitor(locked, new NewContextOptions())) {
            reader.page().navigate(locked.getURI() + "/");
            reader.waitsFor("#picture-error", "A key is needed");
            reader.at("#key").fill("let me in");
            reader.page().keyboard().press("Enter");
            reader.seesAnswer("reconstruct");
            assertThat(reader.text("#picture-error")).isEmpty();
            assertThat(reader.text("#reconstruct .terminal code")).contains("authorization: Bearer $UNMASK_KEY");
            reader.expectsComplaint("401 (Unauthorized)");
        }
    }

    private static JsonNode vector(Path picture) throws Exception {
        return site.api()
                .json(picture, "/v1/embed?pool=cls&normalize=true&preset=eval")
                .path("embedding");
    }

    private static double cosine(JsonNode a, JsonNode b) {
        return IntStream.range(0, a.size())
                .mapToDouble(i -> a.path(i).asDouble() * b.path(i).asDouble())
                .sum();
    }

    private String saved(String button) throws IOException {
        Download download =
                visitor.page().waitForDownload(() -> visitor.at(button).click());
        return Files.readString(download.path());
    }

    /// Runs the line that a task shows, where its answer may be written.
    private String terminal(String task) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", visitor.text(task + " .terminal code"))
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(shell.exitValue()).isZero();
        return said;
    }

    private List<String> tabs() {
        return visitor.at("[role=tab]:visible").allTextContents();
    }

    private static Object ground(Visitor reader) {
        return reader.page().evaluate("getComputedStyle(document.body).backgroundColor");
    }

    private void press(String key) {
        visitor.page().keyboard().press(key);
    }

    /// Goes on with the tabulator, as far as it takes to come round.
    private void tabsTo(String selector) {
        for (int i = 0; i < 100; i++) {
            if ((Boolean) visitor.at(selector).evaluate("element => element === document.activeElement")) {
                return;
            }
            press("Tab");
        }
        throw new AssertionError(selector + " is not reached by the tabulator");
    }
}
