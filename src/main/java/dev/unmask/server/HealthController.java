package dev.unmask.server;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.Map;

/// Alive: the process answers. Ready: it would do work now.
@Controller("/health")
final class HealthController {

    private final Lanes lanes;

    HealthController(Lanes lanes) {
        this.lanes = lanes;
    }

    @Get("/live")
    Map<String, String> live() {
        return Map.of("status", "UP");
    }

    @Get("/ready")
    HttpResponse<Map<String, String>> ready() {
        return lanes.ready()
                ? HttpResponse.ok(Map.of("status", "UP"))
                : HttpResponse.<Map<String, String>>status(HttpStatus.SERVICE_UNAVAILABLE)
                        .body(Map.of("status", "DOWN", "reason", "models are loading or the service is stopping"));
    }
}
