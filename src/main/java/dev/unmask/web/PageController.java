package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What people look at: the page that shows what the model does, and the reference of the interface. Files, and
/// nothing that depends on who asks; all else they get from the routes that every program calls.
@Controller
@Produces(MediaType.ALL) // each file has its own type
@ExecuteOn(TaskExecutors.BLOCKING)
final class PageController {

    private final Map<String, StaticFile> files = new ConcurrentHashMap<>(); // only those that exist

    @Get("/")
    HttpResponse<?> page(HttpRequest<?> request) {
        return file("page/index.html", request);
    }

    @Get("/page/{+path}")
    HttpResponse<?> partOfThePage(HttpRequest<?> request, String path) {
        return file("page/" + path, request);
    }

    @Get("/docs")
    HttpResponse<?> reference(HttpRequest<?> request) {
        return file("docs/index.html", request);
    }

    @Get("/docs/{+path}")
    HttpResponse<?> partOfTheReference(HttpRequest<?> request, String path) {
        return file("docs/" + path, request);
    }

    private HttpResponse<?> file(String path, HttpRequest<?> request) {
        return files.computeIfAbsent(path, StaticFile::read).answer(request);
    }
}
