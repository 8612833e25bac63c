package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/// Pictures in; vectors, reconstructions, anomaly maps and classes out.
///
/// Each route takes the bytes of one picture with its options in the query, or JSON with `image` or `images` (base64
/// or data URIs) and the options as members.
@Controller("/v1")
@Consumes({
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/bmp",
    "application/octet-stream",
    "application/json"
})
@ExecuteOn(TaskExecutors.BLOCKING)
final class ImageController {

    private final Desk desk;

    ImageController(Desk desk) {
        this.desk = desk;
    }

    @Post("/embed")
    @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM})
    HttpResponse<?> embed(HttpRequest<?> request) {
        return desk.answer(request, EmbedRoute.MENU, EmbedRoute::of);
    }

    @Post("/reconstruct")
    @Produces({MediaType.APPLICATION_JSON, MediaType.IMAGE_PNG, MediaType.APPLICATION_OCTET_STREAM})
    HttpResponse<?> reconstruct(HttpRequest<?> request) {
        return desk.answer(request, ReconstructRoute.MENU, ReconstructRoute::of);
    }

    @Post("/anomaly")
    @Produces({MediaType.APPLICATION_JSON, MediaType.IMAGE_PNG, MediaType.APPLICATION_OCTET_STREAM})
    HttpResponse<?> anomaly(HttpRequest<?> request) {
        return desk.answer(request, AnomalyRoute.MENU, AnomalyRoute::of);
    }

    @Post("/classify")
    @Produces(MediaType.APPLICATION_JSON)
    HttpResponse<?> classify(HttpRequest<?> request) {
        return desk.answer(request, ClassifyRoute.MENU, ClassifyRoute::of);
    }
}
