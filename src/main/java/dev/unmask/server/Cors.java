package dev.unmask.server;

import io.micronaut.context.event.BeanCreatedEvent;
import io.micronaut.context.event.BeanCreatedEventListener;
import io.micronaut.http.server.HttpServerConfiguration.CorsConfiguration;
import io.micronaut.http.server.cors.CorsOriginConfiguration;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;

/// Lets the pages of the configured origins read answers, with keys but without cookies; of no others.
@Singleton
final class Cors implements BeanCreatedEventListener<CorsConfiguration> {

    private final CorsSettings settings;

    Cors(CorsSettings settings) {
        this.settings = settings;
    }

    @Override
    public CorsConfiguration onCreated(BeanCreatedEvent<CorsConfiguration> event) {
        CorsConfiguration cors = event.getBean();
        CorsOriginConfiguration origins = new CorsOriginConfiguration();
        origins.setAllowedOrigins(settings.origins());
        origins.setAllowCredentials(false);
        origins.setAllowPrivateNetwork(false);
        origins.setExposedHeaders(List.of("x-request-id", "server-timing", "retry-after", "etag"));
        cors.setEnabled(!settings.origins().isEmpty());
        cors.setConfigurations(Map.of("unmask", origins));
        return cors;
    }
}
