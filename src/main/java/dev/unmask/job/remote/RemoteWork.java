package dev.unmask.job.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import dev.unmask.image.Decoder;
import dev.unmask.image.Decoder.Size;
import dev.unmask.image.Limits;
import dev.unmask.job.AnomalyWork;
import dev.unmask.job.Column;
import dev.unmask.job.EmbedWork;
import dev.unmask.job.LocalWork;
import dev.unmask.job.Made;
import dev.unmask.job.Prepared;
import dev.unmask.job.ReconstructWork;
import dev.unmask.job.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/// Work that services do: each picture is a request of its own, and they make batches of them. Its rows are those that
/// the same work would have made here.
///
/// The request is made where a pipeline makes pictures ready, so that as many are under way as it has threads for that,
/// up to [Services#CALLS], and so that a picture that a service refuses is a row with an error.
public final class RemoteWork implements Work<Made> {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Makes of a picture, and of what a service answered, what goes into the table.
    private interface Reading {
        Made read(byte[] picture, byte[] answer) throws IOException, InterruptedException;
    }

    private final Services services;
    private final LocalWork<?> local;
    private final Decoder decoder;
    private final Question question;
    private final Reading reading;

    private RemoteWork(Services services, LocalWork<?> local, Question question, Reading reading) {
        this.services = services;
        this.local = local;
        this.decoder = new Decoder(Limits.DEFAULT, local.views().exif());
        this.question = question;
        this.reading = reading;
    }

    /// The work, done by services.
    ///
    /// @param local the same work, of the services' model
    public static RemoteWork of(Services services, LocalWork<?> local) {
        return switch (local) {
            case EmbedWork work ->
                new RemoteWork(
                        services,
                        work,
                        Questions.of(work),
                        (_, answer) -> new Made(
                                List.of(floats(answer, work.columns().getFirst().length())), null));
            case ReconstructWork work ->
                new RemoteWork(services, work, Questions.of(work), (_, answer) -> reconstructed(answer));
            case AnomalyWork work ->
                new RemoteWork(services, work, Questions.of(work), (picture, answer) -> judged(work, picture, answer));
        };
    }

    @Override
    public Map<String, String> identity() {
        return local.identity();
    }

    @Override
    public String digest() {
        return local.digest();
    }

    @Override
    public List<Column> columns() {
        return local.columns();
    }

    @Override
    public String preparing() {
        return "ask";
    }

    @Override
    public int rows() {
        return 1;
    }

    @Override
    public int runs() {
        return 1;
    }

    @Override
    public Prepared<Made> prepare(byte[] file) throws InterruptedException {
        Size size = decoder.size(file);
        byte[] answer = services.ask(question, file);
        try {
            return new Prepared<>(size.width(), size.height(), reading.read(file, answer));
        } catch (IOException | IllegalArgumentException e) {
            throw new UnmaskException(Fault.INTERNAL, "a service's answer makes no sense: " + e.getMessage(), e);
        }
    }

    /// They are made already.
    @Override
    public List<Made> run(List<Made> pictures) {
        return pictures;
    }

    private static Made reconstructed(byte[] answer) throws IOException {
        JsonNode facts = JSON.readTree(answer);
        JsonNode loss = facts.required("loss");
        JsonNode png = facts.path("png");
        return new Made(
                List.of(loss.isNull() ? Double.NaN : loss.doubleValue()),
                png.isMissingNode() ? null : ByteBuffer.wrap(Base64.getDecoder().decode(png.textValue())));
    }

    /// The heat is drawn here, as its services would ask the model once more for it.
    private static Made judged(AnomalyWork work, byte[] picture, byte[] answer)
            throws IOException, InterruptedException {
        JsonNode facts = JSON.readTree(answer);
        List<Double> errors = new ArrayList<>();
        facts.required("map").forEach(error -> errors.add(error.doubleValue()));
        return work.made(
                picture,
                errors,
                facts.required("max").doubleValue(),
                facts.required("score").doubleValue());
    }

    private static float[] floats(byte[] answer, int width) throws IOException {
        if (answer.length != width * Float.BYTES) {
            throw new IOException(answer.length + " bytes are no vector of " + width + " numbers");
        }
        float[] vector = new float[width];
        ByteBuffer.wrap(answer).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }
}
