package dev.unmask.door;

import dev.unmask.task.Keys;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import java.util.Set;

/// Asks every request for its key when its head has come, before its body is read. Only liveness is told to everybody,
/// and the page's files are: it asks its reader for the key.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(Gate.SECURITY)
public final class Gate {

    /// The order of [io.micronaut.http.filter.ServerFilterPhase#SECURITY], which no annotation can name.
    public static final int SECURITY = 39_000;

    private static final Set<String> LIVENESS = Set.of("/health/live", "/v2/health/live");

    private static final String PAGE = "/";
    private static final String PARTS_OF_THE_PAGE = "/page/";

    private final Keys keys;

    Gate(Keys keys) {
        this.keys = keys;
    }

    @RequestFilter
    void identify(HttpRequest<?> request) {
        if (!isOpen(request.getPath())) {
            HttpHeaders headers = request.getHeaders();
            Exchanges.of(request)
                    .comesFrom(keys.caller(headers.getAll(HttpHeaders.AUTHORIZATION), headers.getAll("x-api-key")));
        }
    }

    private static boolean isOpen(String path) {
        return LIVENESS.contains(path) || path.equals(PAGE) || path.startsWith(PARTS_OF_THE_PAGE);
    }
}
