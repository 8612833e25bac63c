package dev.unmask.oip;

import dev.unmask.door.Readiness;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;

/// `grpc.health.v1.Health`: what probes ask, and load balancers watch. Serving means ready, as `/health/ready` does.
@Singleton
public final class GrpcHealth implements BindableService, AutoCloseable {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final HealthStatusManager told = new HealthStatusManager();
    private final Readiness readiness;
    private final Thread looks;

    GrpcHealth(Readiness readiness) {
        this.readiness = readiness;
        tell();
        this.looks = Thread.ofVirtual().name("grpc-health").start(this::look);
    }

    @Override
    public ServerServiceDefinition bindService() {
        return told.getHealthService().bindService();
    }

    /// Tells those who watch, at once and for good, that the service stops.
    public void drain() {
        told.enterTerminalState();
    }

    @Override
    @PreDestroy
    public void close() {
        looks.interrupt();
    }

    /// Those who watch are told when it changes, and readiness has many reasons to.
    private void look() {
        try {
            while (true) {
                Thread.sleep(BETWEEN_LOOKS);
                tell();
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    private void tell() {
        ServingStatus status = readiness.obstacles().isEmpty() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        told.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        told.setStatus(GrpcExchanges.SERVICE, status);
    }
}
