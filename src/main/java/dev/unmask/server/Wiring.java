package dev.unmask.server;

import dev.unmask.image.Limits;
import dev.unmask.ort.Bundle;
import dev.unmask.ort.Device;
import dev.unmask.ort.OrtModel;
import dev.unmask.task.Catalog;
import dev.unmask.task.Preparation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/// Puts the parts together.
@Factory
final class Wiring {

    @Singleton
    Catalog catalog(Lanes lanes) {
        Catalog catalog = new Catalog();
        lanes.models().forEach(catalog::put);
        return catalog;
    }

    @Singleton
    @Bean(preDestroy = "close")
    Lanes lanes(Settings settings, MeterRegistry registry) {
        Device device = Device.parse(settings.device());
        return new Lanes(settings.models().stream()
                .map(folder -> OrtModel.open(Bundle.open(Path.of(folder)), device))
                .map(model -> Lanes.Served.start(model, settings.policy(), registry))
                .toList());
    }

    @Singleton
    @Bean(preDestroy = "close")
    Preparation preparation(Settings settings) {
        return new Preparation(Limits.DEFAULT, settings.pixelsInFlight(), settings.decoders());
    }
}
