package dev.unmask.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Pictures come to the page, masks are drawn on them, and what is shown is what the service answers, to the pixel.
class PaintingTest extends Visits {

    @Test
    void theFourPanelsOfADroppedPhotoAreTheServicesToThePixel() throws Exception {
        visitor.opens("reconstruct").drops(Site.CAT);
        visitor.waitsFor("#picture-note", "chelsea.jpg");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.CAT, "ratio=0.75&seed=2&preset=eval");
        visitor.at("[name=fit][value=demo]").check();
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.CAT, "ratio=0.75&seed=2&preset=demo");
    }

    @Test
    void aPhotoIsTurnedAsItsCameraSays() throws Exception {
        Path lying = Path.of("src/test/resources/images/pictures/exif-6.jpg");
        visitor.opens("reconstruct").drops(lying);
        visitor.waitsFor("#picture-note", "exif-6.jpg");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, lying, "ratio=0.75&seed=2&preset=eval&exif=true");
        assertThat(visitor.text("#reconstruct .terminal code")).contains("&exif=true");
    }

    @Test
    void aChosenPictureIsTaken() throws Exception {
        visitor.opens("reconstruct").at("#file").setInputFiles(Site.ROCKET);
        visitor.waitsFor("#picture-note", "rocket.jpg");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.ROCKET, "ratio=0.75&seed=2&preset=eval");
    }

    @Test
    void aPastedPictureIsTaken() throws Exception {
        visitor.opens("reconstruct").at("[data-sample=rocket]").click();
        visitor.seesAnswer("reconstruct");
        visitor.page().evaluate("""
                async () => {
                    const blob = await (await fetch("/page/photos/chelsea.jpg")).blob();
                    const clipboardData = new DataTransfer();
                    clipboardData.items.add(new File([blob], "image.jpg", { type: "image/jpeg" }));
                    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
                }""");
        visitor.waitsFor("#picture-note", "image.jpg");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.sample("chelsea"), "ratio=0.75&seed=2&preset=eval");
    }

    @Test
    void aDragHidesEveryPatchOnItsWay() throws Exception {
        visitor.opens("reconstruct");
        visitor.at("#ratio").fill("0");
        visitor.seesAnswer("reconstruct");
        visitor.drags("#painter", Site.SIDE, new int[] {3, 2}, new int[] {3, 11});
        visitor.seesAnswer("reconstruct");
        assertThat(visitor.text("#hidden-count")).isEqualTo("10 of 196");
        String mask = IntStream.range(0, Site.SIDE * Site.SIDE)
                .mapToObj(i -> i / Site.SIDE == 3 && i % Site.SIDE >= 2 && i % Site.SIDE <= 11 ? "1" : "0")
                .reduce("", String::concat);
        site.api().assertPanels(visitor, Site.sample("coffee"), "preset=eval&mask=" + mask);
        visitor.drags("#painter", Site.SIDE, new int[] {3, 4}, new int[] {3, 4});
        visitor.waitsFor("#hidden-count", "9 of 196");
    }

    @Test
    void aFingerHidesAPatch() {
        try (Visitor phone = site.visitor(new NewContextOptions()
                .setViewportSize(390, 844)
                .setHasTouch(true)
                .setIsMobile(true))) {
            phone.opens("reconstruct");
            phone.at("[data-preset=centre]").tap();
            phone.waitsFor("#hidden-count", "64 of 196");
            phone.at("#painter").scrollIntoViewIfNeeded();
            BoundingBox box = phone.at("#painter").boundingBox();
            phone.page().touchscreen().tap(box.x + 5, box.y + 5);
            phone.waitsFor("#hidden-count", "65 of 196");
        }
    }

    @ParameterizedTest
    @CsvSource({"left,98", "centre,64", "checkerboard,98", "grid,147"})
    void aPresetHidesItsPatches(String preset, int hidden) {
        visitor.opens("reconstruct").at("[data-preset=" + preset + "]").click();
        visitor.seesAnswer("reconstruct");
        assertThat(visitor.text("#hidden-count")).isEqualTo(hidden + " of 196");
        assertThat(visitor.at("[data-preset=" + preset + "]").getAttribute("aria-pressed"))
                .isEqualTo("true");
        assertThat(visitor.text("#ratio-shown")).isEqualTo(Math.round(100.0 * hidden / 196) + " %");
    }

    @Test
    void theRatioAndTheSeedDrawTheMask() throws Exception {
        visitor.opens("reconstruct").at("#ratio").fill("50");
        visitor.at("#seed").fill("7");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.sample("coffee"), "ratio=0.5&seed=7&preset=eval");
        visitor.at("#dice-seed").click();
        visitor.seesAnswer("reconstruct");
        site.api()
                .assertPanels(
                        visitor,
                        Site.sample("coffee"),
                        "ratio=0.5&preset=eval&seed=" + visitor.at("#seed").inputValue());
    }

    @Test
    void whatWasDoneIsUndoneAndDoneAgain() {
        visitor.opens("reconstruct").at("[data-preset=left]").click();
        visitor.at("#invert-mask").click();
        visitor.at("#undo-mask").click();
        visitor.page().keyboard().press("Control+z");
        visitor.waitsFor("#hidden-count", "147 of 196");
        assertThat(visitor.at("#undo-mask").isDisabled()).isTrue();
        visitor.page().keyboard().press("Control+Shift+z");
        visitor.waitsFor("#hidden-count", "98 of 196");
    }

    @Test
    void theWipeUncoversTheOriginal() {
        visitor.opens("reconstruct");
        BoundingBox box = visitor.at(".wipe").boundingBox();
        visitor.page().mouse().move(box.x + box.width - 3, box.y + 50);
        visitor.page().mouse().down();
        visitor.page().mouse().move(box.x + box.width / 4, box.y + 50);
        visitor.page().mouse().up();
        assertThat(visitor.at("#wipe-at").inputValue()).isEqualTo("25");
        assertThat(visitor.at("#wiped").evaluate("canvas => getComputedStyle(canvas).clipPath"))
                .isEqualTo("inset(0px 0px 0px 25%)");
        assertThat(visitor.at("#wipe-at").getAttribute("aria-valuetext"))
                .isEqualTo("25 percent painted, 75 percent original");
    }

    @Test
    void everyPatchHiddenIsRefusedInASentence() {
        visitor.opens("reconstruct").at("[data-preset=left]").click();
        visitor.at("#ratio").fill("0");
        visitor.seesAnswer("reconstruct");
        visitor.at("#invert-mask").click();
        visitor.waitsFor("#reconstruct-notice", "The mask hides all 196 patches; at least one must stay visible.");
        visitor.expectsComplaint("400 (Bad Request)");
        visitor.at("#undo-mask").click();
        visitor.seesAnswer("reconstruct");
        assertThat(visitor.text("#reconstruct-notice")).isEmpty();
    }

    @Test
    void aBrokenFileIsRefusedInASentenceAndTheLastPictureStays() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.jpg"), "no picture at all");
        visitor.opens("reconstruct").drops(broken);
        visitor.waitsFor("#picture-error", "broken.jpg: ");
        assertThat(visitor.text("#picture-error")).matches("broken.jpg: [A-Z].*\\.");
        visitor.expectsComplaint("415 (Unsupported Media Type)");
        visitor.at("#dice-seed").click();
        visitor.seesAnswer("reconstruct");
        site.api()
                .assertPanels(
                        visitor,
                        Site.sample("coffee"),
                        "ratio=0.75&preset=eval&seed=" + visitor.at("#seed").inputValue());
        visitor.at("[data-sample=rocket]").click();
        visitor.page().waitForSelector("[data-sample=rocket][aria-pressed=true]");
        visitor.seesAnswer("reconstruct");
        assertThat(visitor.text("#picture-error")).isEmpty();
    }

    @Test
    void aBusyServiceIsWaitedFor() {
        visitor.opens("reconstruct");
        visitor.page()
                .route(
                        "**/v1/reconstruct*",
                        route -> route.fulfill(new Route.FulfillOptions()
                                .setStatus(429)
                                .setHeaders(Map.of("retry-after", "1", "content-type", "application/problem+json"))
                                .setBody("{\"detail\": \"queue is full at 512 requests\"}")),
                        new com.microsoft.playwright.Page.RouteOptions().setTimes(1));
        visitor.at("[data-preset=left]").click();
        visitor.waitsFor("#reconstruct-notice", "Queue is full at 512 requests. Asking again in 1 s.");
        visitor.expectsComplaint("429 (Too Many Requests)");
        visitor.seesAnswer("reconstruct");
        assertThat(visitor.text("#reconstruct-notice")).isEmpty();
        assertThat(visitor.text("#hidden-count")).isEqualTo("98 of 196");
    }

    @Test
    void askingIsOneAtATimeAndTheLatestWins() {
        visitor.opens("reconstruct");
        int[] running = {0, 0, 0}; // now, most, all
        visitor.page().onRequest(request -> {
            if (request.url().contains("/v1/")) {
                running[1] = Math.max(running[1], ++running[0]);
                running[2]++;
            }
        });
        visitor.page().onRequestFinished(request -> running[0] -= request.url().contains("/v1/") ? 1 : 0);
        visitor.page().evaluate("""
                () => {
                    const slider = document.getElementById("ratio");
                    for (let value = 1; value <= 90; value++) {
                        slider.value = value;
                        slider.dispatchEvent(new Event("input"));
                    }
                }""");
        visitor.waitsFor("#hidden-count", "177 of 196");
        visitor.seesAnswer("reconstruct");
        assertThat(running[1]).isEqualTo(1);
        assertThat(running[2]).isEqualTo(2);
    }

    @Test
    void aModelThatSeesNoSquareIsShownAsItSees() throws Exception {
        visitor.opens("reconstruct").at("#model").selectOption("rectangular");
        visitor.page().waitForFunction("() => document.getElementById('painted').width === 48");
        visitor.seesAnswer("reconstruct");
        site.api().assertPanels(visitor, Site.sample("coffee"), "ratio=0.75&seed=2&preset=demo&model=rectangular");
        assertThat(visitor.at("[name=fit][value=eval]").isDisabled()).isTrue();
    }

    @Test
    void aModelThatWasTrainedOnNormalisedPatchesIsLentTheirStatistics() throws Exception {
        visitor.opens("reconstruct").at("#model").selectOption("full");
        visitor.page().waitForFunction("() => document.getElementById('painted').width === 32");
        visitor.seesAnswer("reconstruct");
        site.api()
                .assertPanels(
                        visitor,
                        Site.sample("coffee"),
                        "ratio=0.75&seed=2&preset=eval&model=full&patch_stats=original");
    }
}
