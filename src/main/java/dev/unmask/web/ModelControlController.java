package dev.unmask.web;

import dev.unmask.door.Exchanges;
import dev.unmask.task.Caller;
import dev.unmask.task.Catalog;
import dev.unmask.task.ModelControl;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.Map;

/// The operator's routes: models come and go while requests run.
@Controller("/v1/models/{name}")
@ExecuteOn(TaskExecutors.BLOCKING)
final class ModelControlController {

    private final ModelControl control;
    private final Catalog catalog;

    ModelControlController(ModelControl control, Catalog catalog) {
        this.control = control;
        this.catalog = catalog;
    }

    /// Answers what is served under that name now, once it is ready.
    @Post("/load")
    HttpResponse<?> load(HttpRequest<?> request, String name) {
        Caller caller = Exchanges.of(request).caller();
        caller.administer(name);
        control.load(name);
        return HttpResponse.ok(catalog.use(caller, name, ModelController::facts));
    }

    @Post("/unload")
    HttpResponse<?> unload(HttpRequest<?> request, String name) {
        Exchanges.of(request).caller().administer(name);
        control.unload(name);
        return HttpResponse.ok(Map.of("name", name, "status", "unloaded"));
    }
}
