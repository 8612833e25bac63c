package dev.unmask.server;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.List;
import java.util.Map;

/// Alive: the process answers. Ready: it would do work now.
@Controller("/health")
final class HealthController {

    private final Models models;

    HealthController(Models models) {
        this.models = models;
    }

    @Get("/live")
    Map<String, Object> live() {
        return Map.of("status", "UP");
    }

    @Get("/ready")
    HttpResponse<Map<String, Object>> ready() {
        List<String> obstacles = models.obstacles();
        return obstacles.isEmpty()
                ? HttpResponse.ok(Map.of("status", "UP"))
                : HttpResponse.<Map<String, Object>>status(HttpStatus.SERVICE_UNAVAILABLE)
                        .body(Map.of("status", "DOWN", "reasons", obstacles));
    }
}
