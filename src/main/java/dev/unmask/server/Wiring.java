package dev.unmask.server;

import dev.unmask.image.Limits;
import dev.unmask.task.Catalog;
import dev.unmask.task.Preparation;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;

/// Puts the parts together.
@Factory
final class Wiring {

    @Singleton
    Catalog catalog() {
        return new Catalog();
    }

    @Singleton
    @Bean(preDestroy = "close")
    Preparation preparation(Settings settings, Meters meters) {
        return new Preparation(Limits.DEFAULT, settings.pixelsInFlight(), settings.decoders(), meters);
    }
}
