package dev.unmask.server;

import dev.unmask.door.Exchange;
import dev.unmask.door.Head;
import dev.unmask.door.Witness;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/// A line per request: what was asked, what was answered, how long it took. Never a body, a header or a query, for
/// those hold pictures and keys. What probes and Prometheus ask is for DEBUG.
@Singleton
final class AccessLog implements Witness {

    private static final Logger LOG = LoggerFactory.getLogger("access");
    private static final String WORK = "/v";

    private final boolean wanted;

    AccessLog(Settings settings) {
        this.wanted = settings.accessLog();
    }

    @Override
    public void ended(Exchange exchange, int status, long bytes) {
        Level level = isWork(exchange.head()) ? Level.INFO : Level.DEBUG;
        if (!wanted || !LOG.isEnabledForLevel(level)) {
            return;
        }
        Map<String, Object> facts = facts(exchange, status, bytes);
        LoggingEventBuilder line = LOG.atLevel(level);
        for (Map.Entry<String, Object> fact : facts.entrySet()) {
            line = line.addKeyValue(fact.getKey(), fact.getValue());
        }
        line.log(facts.entrySet().stream()
                .map(fact -> fact.getKey() + "=" + fact.getValue())
                .collect(Collectors.joining(" ")));
    }

    private static boolean isWork(Head head) {
        return head.protocol() == Head.Protocol.GRPC || head.path().startsWith(WORK);
    }

    private static Map<String, Object> facts(Exchange exchange, int status, long bytes) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("method", exchange.head().method());
        facts.put("path", exchange.head().path());
        facts.put("status", status);
        facts.put("ms", Math.round((System.nanoTime() - exchange.arrived()) / 1e4) / 100.0);
        if (bytes != Witness.UNKNOWN) {
            facts.put("bytes", bytes);
        }
        if (exchange.model() != null) {
            facts.put("model", exchange.model());
        }
        return facts;
    }
}
