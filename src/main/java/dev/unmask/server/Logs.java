package dev.unmask.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import jakarta.inject.Singleton;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log: lines on stderr, for people or as JSON. Set up without a file, which takes less time; a file named by
/// `-Dlogback.configurationFile` is taken instead.
public final class Logs extends ContextAwareBase implements Configurator {

    private static final String APPENDER = "stderr";
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0} %msg%replace( %mdc){'^ $', ''}%n";

    /// How a line is written.
    enum Format {
        PLAIN,
        JSON;

        static Format parse(String text) {
            for (Format format : values()) {
                if (format.toString().equals(text)) {
                    return format;
                }
            }
            throw Check.refusal("unmask.log-format", text, "plain or json");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Turns to the format that is set when the settings are known; until then lines are plain.
    @Singleton
    static final class Turn implements ApplicationEventListener<StartupEvent> {

        private final Settings settings;

        Turn(Settings settings) {
            this.settings = settings;
        }

        @Override
        public void onApplicationEvent(StartupEvent started) {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                    && context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                            instanceof ConsoleAppender<ILoggingEvent> appender) {
                Encoder<ILoggingEvent> before = appender.getEncoder();
                appender.setEncoder(encoder(settings.format(), context));
                before.stop();
            }
        }
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName(APPENDER);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(Format.PLAIN, context));
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        context.getLogger("io.micronaut").setLevel(Level.WARN);
        context.getLogger("org.apache.parquet").setLevel(Level.WARN); // would name each row group that it reads
        // would log a stack for everybody who knocks without TLS or a certificate
        context.getLogger("io.netty.handler.ssl.ApplicationProtocolNegotiationHandler")
                .setLevel(Level.ERROR);
        // logs with its stack what the command says in a line
        context.getLogger("io.micronaut.http.server.netty.NettyHttpServer").setLevel(Level.OFF);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static Encoder<ILoggingEvent> encoder(Format format, LoggerContext context) {
        Encoder<ILoggingEvent> encoder = switch (format) {
            case PLAIN -> plain();
            case JSON -> new JsonLines();
        };
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> plain() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern(PATTERN);
        return encoder;
    }
}
