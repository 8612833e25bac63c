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
    record Health(String status, List<String> reasons) {

        static Health of(List<String> reasons) {
            return new Health(reasons.isEmpty() ? "UP" : "DOWN", reasons);
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
        return Health.of(readiness.deaths()).response();
    }

    @Get("/ready")
    HttpResponse<Health> ready() {
        return Health.of(readiness.obstacles()).response();
    }

    /// Answered as [#ready] is.
    @Get
    HttpResponse<Both> both() {
        Both both = new Both(Health.of(readiness.deaths()), Health.of(readiness.obstacles()));
        return HttpResponse.<Both>status(both.ready().response().status()).body(both);
    }
}
