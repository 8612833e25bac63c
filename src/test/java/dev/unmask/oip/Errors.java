package dev.unmask.oip;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/// Hears what is logged as an error in this process: by us, by gRPC, and by Netty's leak detector, of buffers that
/// nobody released and nobody reaches.
final class Errors implements AutoCloseable {

    private static final Logger OURS = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private static final java.util.logging.Logger OF_GRPC = java.util.logging.Logger.getLogger("io.grpc");
    private static final int ENOUGH = 64;

    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
            if (line.getLevel().isGreaterOrEqual(ch.qos.logback.classic.Level.ERROR)) {
                heard.add(line.getFormattedMessage());
            }
        }
    };
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.SEVERE.intValue()) {
                heard.add(line.getMessage() + ": " + line.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    Errors() {
        appender.start();
        OURS.addAppender(appender);
        OF_GRPC.addHandler(handler);
    }

    /// All so far.
    List<String> heard() {
        System.gc();
        for (int i = 0; i < ENOUGH; i++) {
            ByteBufAllocator.DEFAULT.buffer(1).release(); // whoever takes a buffer hears of those that were lost
        }
        return List.copyOf(heard);
    }

    void forget() {
        heard.clear();
    }

    @Override
    public void close() {
        OURS.detachAppender(appender);
        OF_GRPC.removeHandler(handler);
    }
}
