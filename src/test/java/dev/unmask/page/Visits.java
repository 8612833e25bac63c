package dev.unmask.page;

import com.microsoft.playwright.Browser.NewContextOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests of the page in a real browser before the real service: one site for all, for each a visitor with a wide
/// screen. Every test ends without a complaint of the browser and without a request to anybody else.
@Timeout(60)
abstract class Visits {

    static Site site;

    @TempDir
    Path folder;

    Visitor visitor;

    @BeforeAll
    static void open() {
        site = Site.open();
    }

    @AfterAll
    static void close() {
        site.close();
    }

    @BeforeEach
    void visit() {
        visitor = site.visitor(new NewContextOptions().setViewportSize(1280, 900));
    }

    @AfterEach
    void leave() {
        visitor.close();
    }
}
