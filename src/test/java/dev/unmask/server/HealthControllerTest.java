package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.door.Readiness;
import dev.unmask.server.HealthController.Both;
import dev.unmask.server.HealthController.Health;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthControllerTest {

    /// A service as it says it is.
    private record Fixed(List<String> obstacles, List<String> deaths, List<String> details) implements Readiness {}

    private static final List<String> DETAILS = List.of("mae-tiny on cpu");

    @Test
    void whatLoadsIsAliveButNotReady() {
        HealthController health = health(List.of("mae-base: loading"), List.of());
        assertThat(health.live().code()).isEqualTo(200);
        assertThat(health.live().body()).isEqualTo(new Health("UP", List.of(), List.of()));
        assertThat(health.ready().code()).isEqualTo(503);
        assertThat(health.ready().body()).isEqualTo(new Health("DOWN", List.of("mae-base: loading"), DETAILS));
        assertThat(health.both().code()).isEqualTo(503);
        assertThat(health.both().body())
                .isEqualTo(new Both(
                        new Health("UP", List.of(), List.of()),
                        new Health("DOWN", List.of("mae-base: loading"), DETAILS)));
    }

    @Test
    void whoLostEveryLaneIsStartedAnew() {
        List<String> death = List.of("mae-tiny: 0 of 2 lanes alive");
        HealthController health = health(death, death);
        assertThat(health.live().code()).isEqualTo(503);
        assertThat(health.live().body()).isEqualTo(new Health("DOWN", death, List.of()));
        assertThat(health.ready().code()).isEqualTo(503);
    }

    @Test
    void whoWantsForNothingIsReady() {
        HealthController health = health(List.of(), List.of());
        assertThat(health.ready().code()).isEqualTo(200);
        assertThat(health.both().code()).isEqualTo(200);
    }

    private static HealthController health(List<String> obstacles, List<String> deaths) {
        return new HealthController(new Fixed(obstacles, deaths, DETAILS));
    }
}
