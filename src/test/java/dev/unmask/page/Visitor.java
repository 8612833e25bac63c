package dev.unmask.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/// A reader of the page. What the page complained of, and whom it asked besides its own service, is told when the
/// visit ends.
public final class Visitor implements AutoCloseable {

    private static final int PATIENCE = 10_000;

    private final BrowserContext context;
    private final Page page;
    private final String address;
    private final List<String> complaints = new ArrayList<>();
    private final List<String> strangers = new ArrayList<>();

    Visitor(BrowserContext context, String address) {
        this.context = context;
        this.address = address;
        this.page = context.newPage();
        page.setDefaultTimeout(PATIENCE);
        page.onConsoleMessage(message -> complaints.add(message.type() + ": " + message.text()));
        page.onPageError(error -> complaints.add("error: " + error));
        page.onRequest(request -> {
            if (!request.url().startsWith(address) && !request.url().matches("(blob|data):.*")) {
                strangers.add(request.url());
            }
        });
    }

    public Page page() {
        return page;
    }

    /// Opens the page at a task, and waits for its first answer.
    public Visitor opens(String task) {
        page.navigate(address + "/#/" + task);
        return seesAnswer(task);
    }

    /// Waits until nothing is asked for any more.
    public Visitor seesAnswer(String task) {
        page.waitForSelector("#" + task + "[aria-busy=false]");
        return this;
    }

    public Locator at(String selector) {
        return page.locator(selector);
    }

    public String text(String selector) {
        return at(selector).textContent();
    }

    public void waitsFor(String selector, String text) {
        page.waitForFunction(
                "([selector, text]) => document.querySelector(selector).textContent.includes(text)",
                List.of(selector, text));
    }

    /// Drops files on the page as a file manager would.
    public void drops(Path... files) throws IOException {
        List<Map<String, String>> told = new ArrayList<>();
        for (Path file : files) {
            told.add(Map.of(
                    "name",
                    file.getFileName().toString(),
                    "type",
                    type(file),
                    "base64",
                    Base64.getEncoder().encodeToString(Files.readAllBytes(file))));
        }
        page.evaluate("""
                files => {
                    const dataTransfer = new DataTransfer();
                    files.forEach(({ name, type, base64 }) => dataTransfer.items.add(
                        new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name, { type })));
                    for (const type of ["dragenter", "dragover", "drop"]) {
                        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
                    }
                }""", told);
    }

    private static String type(Path file) {
        return file.toString().endsWith(".jpg") ? "image/jpeg" : "image/png";
    }

    /// Presses on one patch of a board of `side` x `side`, goes on to another, and lets go.
    public void drags(String board, int side, int[] from, int[] to) {
        BoundingBox box = at(board).boundingBox();
        double patch = box.width / side;
        page.mouse().move(box.x + (from[1] + 0.5) * patch, box.y + (from[0] + 0.5) * patch);
        page.mouse().down();
        page.mouse().move(box.x + (to[1] + 0.5) * patch, box.y + (to[0] + 0.5) * patch);
        page.mouse().up();
    }

    /// What a canvas shows, pixel by pixel.
    public BufferedImage picture(String canvas) throws IOException {
        String uri = (String) at(canvas).evaluate("canvas => canvas.toDataURL('image/png')");
        return ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(uri.substring(uri.indexOf(',') + 1))));
    }

    /// Complaints that were to come: the browser's own of answers such as 415.
    public void expectsComplaint(String part) {
        assertThat(complaints).anySatisfy(complaint -> assertThat(complaint).contains(part));
        complaints.removeIf(complaint -> complaint.contains(part));
    }

    @Override
    public void close() {
        context.close();
        assertThat(complaints).as("what the browser complained of").isEmpty();
        assertThat(strangers).as("whom the page asked besides its service").isEmpty();
    }
}
