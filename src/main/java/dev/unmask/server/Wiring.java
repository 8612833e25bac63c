package dev.unmask.server;

import dev.unmask.oip.Batching;
import dev.unmask.ort.Choice;
import dev.unmask.task.Catalog;
import dev.unmask.task.Keys;
import dev.unmask.task.Preparation;
import io.grpc.BindableService;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import java.util.List;

/// Puts the parts together.
@Factory
final class Wiring {

    @Singleton
    Catalog catalog() {
        return new Catalog();
    }

    @Singleton
    Keys keys(List<KeySettings> keys) {
        return new Keys(keys.stream().map(KeySettings::key).toList());
    }

    /// Loads what the devices need, or fails the start.
    @Singleton
    Plan plan(RunSettings settings) {
        return Plan.of(Choice.of(settings.device(), settings.cudaPath()), settings);
    }

    @Singleton
    Batching batching(Plan plan) {
        return new Batching(
                plan.policy().maxRows(),
                plan.policy().maxDelay(),
                plan.policy().queueRows(),
                plan.lanes().size(),
                plan.gpu());
    }

    /// Tells tools such as grpcurl what there is to call.
    @Singleton
    BindableService reflection() {
        return ProtoReflectionServiceV1.newInstance();
    }

    /// The same for tools that know only its first version.
    @Singleton
    @SuppressWarnings("deprecation") // of those who call it
    BindableService reflectionAlpha() {
        return ProtoReflectionService.newInstance();
    }

    @Singleton
    @Bean(preDestroy = "close")
    Preparation preparation(Settings settings, Meters meters) {
        return new Preparation(settings.limits(), settings.pixels(), settings.decoders(), meters);
    }
}
