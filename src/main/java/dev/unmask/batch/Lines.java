package dev.unmask.batch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The rows that wait, one line for each group. Guarded by the batcher's lock.
final class Lines {

    private static final Comparator<Request> BY_TICKET =
            Comparator.comparingLong(Request::ticket).thenComparingLong(Request::number);

    private final Policy policy;
    private final Map<Group, Line> lines = new LinkedHashMap<>();
    private long drawn;
    private int rows;

    Lines(Policy policy) {
        this.policy = policy;
    }

    /// Rows that wait, in all lines.
    int rows() {
        return rows;
    }

    /// Joins a request; true if that gives an idle lane something to do or to wait for.
    boolean add(Request request) {
        request.number(drawn++);
        Line line = lines.computeIfAbsent(request.group(), group -> new Line(group, policy));
        boolean first = line.requests.isEmpty();
        line.requests.add(request);
        line.rows += request.waiting();
        rows += request.waiting();
        return first || line.isFull();
    }

    /// Forgets a request; false if it waits no more.
    boolean remove(Request request) {
        Line line = lines.get(request.group());
        if (line == null || !line.requests.remove(request)) {
            return false;
        }
        gone(line, request.waiting());
        return true;
    }

    /// Forgets all requests and names them.
    Collection<Request> clear() {
        List<Request> all = new ArrayList<>();
        lines.values().forEach(line -> all.addAll(line.requests));
        lines.clear();
        rows = 0;
        return all;
    }

    /// The line to serve: of those that are full or due, the one whose next row has the lowest ticket.
    @Nullable
    Line ready(long now, boolean hurry) {
        return lines.values().stream()
                .filter(line -> hurry || line.isFull() || line.untilDue(now) <= 0)
                .min(Comparator.comparing(Line::head, BY_TICKET))
                .orElse(null);
    }

    /// Nanoseconds until a line is due.
    long untilDue(long now) {
        return lines.values().stream()
                .mapToLong(line -> line.untilDue(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// Fills a batch from the line of its group, by ticket. Whoever waits no more is dropped on the way. A row is in
    /// the
    /// batch before it leaves the line, so that nobody is lost if memory runs out in between.
    void fill(Batch batch, Line line) {
        while (!line.requests.isEmpty() && batch.size() < line.limit) {
            Request request = line.head();
            if (request.isWanted(batch.taken())) {
                batch.places().add(new Batch.Place(request, request.next()));
                line.requests.remove();
                request.take(batch.taken());
                if (request.waiting() > 0) {
                    line.requests.add(request);
                }
                gone(line, 1);
            } else {
                remove(request);
            }
        }
    }

    private void gone(Line line, int left) {
        line.rows -= left;
        rows -= left;
        if (line.rows == 0) {
            lines.remove(line.group);
        }
    }

    /// Requests of one group by ticket.
    static final class Line {

        private final Group group;
        private final int limit;
        private final PriorityQueue<Request> requests = new PriorityQueue<>(BY_TICKET);
        private int rows;

        Line(Group group, Policy policy) {
            this.group = group;
            this.limit = policy.rowsOf(group.tokens());
        }

        Group group() {
            return group;
        }

        private Request head() {
            return requests.element();
        }

        private boolean isFull() {
            return rows >= limit;
        }

        private long untilDue(long now) {
            long soonest = Long.MAX_VALUE;
            for (Request request : requests) {
                soonest = Math.min(soonest, request.due() - now);
            }
            return soonest;
        }
    }
}
