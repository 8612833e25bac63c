package dev.unmask.server;

import dev.unmask.door.Readiness;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import java.util.List;

/// Alive: a new process would not do better. Ready: it would do work now.
///
/// As Kubernetes asks: who is not alive is started anew, so loading and draining are alive, and so is a model that lost
/// some of its lanes; one that lost all of them never works again. Who is not ready gets no requests.
@Controller("/health")
final class HealthController {

    private final Readiness readiness;

    /// What a probe is answered.
    ///
    /// @param status UP or DOWN
    /// @param reasons why it is down
    /// @param details of where models run
    record Health(String status, List<String> reasons, List<String> details) {

        static Health of(List<String> reasons, List<String> details) {
            return new Health(reasons.isEmpty() ? "UP" : "DOWN", reasons, details);
        }

        private HttpResponse<Health> response() {
            return HttpResponse.<Health>status(reasons.isEmpty() ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                    .body(this);
        }
    }

    /// Both answers at once.
    record Both(Health live, Health ready) {}

    HealthController(Readiness readiness) {
        this.readiness = readiness;
    }

    @Get("/live")
    HttpResponse<Health> live() {
        return alive().response();
    }

    @Get("/ready")
    HttpResponse<Health> ready() {
        return prepared().response();
    }

    /// Answered as [#ready] is.
    @Get
    HttpResponse<Both> both() {
        Both both = new Both(alive(), prepared());
        return HttpResponse.<Both>status(both.ready().response().status()).body(both);
    }

    private Health alive() {
        return Health.of(readiness.deaths(), List.of());
    }

    private Health prepared() {
        return Health.of(readiness.obstacles(), readiness.details());
    }
}
