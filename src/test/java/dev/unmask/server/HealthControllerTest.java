package dev.unmask.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.unmask.door.Readiness;
import dev.unmask.server.HealthController.Both;
import dev.unmask.server.HealthController.Health;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthControllerTest {

    /// A service as it says it is.
    private record Fixed(List<String> obstacles, List<String> deaths) implements Readiness {}

    @Test
    void whatLoadsIsAliveButNotReady() {
        HealthController health = health(List.of("mae-base: loading"), List.of());
        assertThat(health.live().code()).isEqualTo(200);
        assertThat(health.live().body()).isEqualTo(new Health("UP", List.of()));
        assertThat(health.ready().code()).isEqualTo(503);
        assertThat(health.ready().body()).isEqualTo(new Health("DOWN", List.of("mae-base: loading")));
        assertThat(health.both().code()).isEqualTo(503);
        assertThat(health.both().body())
                .isEqualTo(new Both(new Health("UP", List.of()), new Health("DOWN", List.of("mae-base: loading"))));
    }

    @Test
    void whoLostEveryLaneIsStartedAnew() {
        List<String> death = List.of("mae-tiny: 0 of 2 lanes alive");
        HealthController health = health(death, death);
        assertThat(health.live().code()).isEqualTo(503);
        assertThat(health.live().body()).isEqualTo(new Health("DOWN", death));
        assertThat(health.ready().code()).isEqualTo(503);
    }

    @Test
    void whoWantsForNothingIsReady() {
        HealthController health = health(List.of(), List.of());
        assertThat(health.ready().code()).isEqualTo(200);
        assertThat(health.both().code()).isEqualTo(200);
    }

    private static HealthController health(List<String> obstacles, List<String> deaths) {
        return new HealthController(new Fixed(obstacles, deaths));
    }
}
