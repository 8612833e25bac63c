package dev.unmask.web;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;

/// Embeddings for programs that know OpenAI's API, with pictures in place of texts.
@Controller("/v1")
@ExecuteOn(TaskExecutors.BLOCKING)
final class OpenAiController {

    private final Desk desk;

    OpenAiController(Desk desk) {
        this.desk = desk;
    }

    @Post("/embeddings")
    HttpResponse<?> embeddings(HttpRequest<?> request) {
        return desk.answer(request, EmbeddingsRoute.MENU, EmbeddingsRoute::of);
    }
}
