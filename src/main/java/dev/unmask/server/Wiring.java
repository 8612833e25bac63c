package dev.unmask.server;

import dev.unmask.oip.Batching;
import dev.unmask.ort.CpuPlan;
import dev.unmask.ort.Device;
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

    @Singleton
    Batching batching(Settings settings) {
        CpuPlan plan = settings.plan();
        return new Batching(
                plan.maxRows(),
                settings.maxDelay(),
                settings.queueRows(),
                plan.lanes(),
                !(settings.where() instanceof Device.Cpu));
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
