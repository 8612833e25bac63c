package dev.unmask.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/// A line of the log as one flat JSON object, so that every fact of it can be searched for by its name. (Logback's own
/// encoder puts the facts into lists of objects of one member.)
final class JsonLines extends EncoderBase<ILoggingEvent> {

    private static final JsonFactory JSON = new JsonFactory();

    @Override
    public byte[] headerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] footerBytes() {
        return new byte[0];
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        try (JsonGenerator json = JSON.createGenerator(line)) {
            json.writeStartObject();
            write(event, json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return line.toByteArray();
    }

    private static void write(ILoggingEvent event, JsonGenerator json) throws IOException {
        json.writeStringField("time", event.getInstant().toString());
        json.writeStringField("level", event.getLevel().toString());
        json.writeStringField("logger", event.getLoggerName());
        json.writeStringField("thread", event.getThreadName());
        json.writeStringField("message", event.getFormattedMessage());
        for (Map.Entry<String, String> mark : event.getMDCPropertyMap().entrySet()) {
            json.writeStringField(mark.getKey(), mark.getValue());
        }
        List<KeyValuePair> facts = event.getKeyValuePairs();
        for (KeyValuePair fact : facts == null ? List.<KeyValuePair>of() : facts) {
            json.writeFieldName(fact.key);
            json.writeObject(fact.value);
        }
        if (event.getThrowableProxy() != null) {
            json.writeStringField("exception", ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
    }
}
