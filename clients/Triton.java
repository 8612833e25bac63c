import module java.net.http;

/// Asks a running `./unmask serve` for the embedding of a photo, in the binary form of the Open Inference Protocol:
/// JSON, then the tensors. Nothing but the JDK is needed.
///
///     java clients/Triton.java [URL [PHOTO]]
void main(String[] args) throws IOException, InterruptedException {
    String url = args.length > 0 ? args[0] : "http://localhost:8000";
    byte[] photo = Files.readAllBytes(Path.of(args.length > 1 ? args[1] : "photos/chelsea.jpg"));

    byte[] json = """
            {"inputs": [{"name": "image", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": %d}}],
             "outputs": [{"name": "cls", "parameters": {"binary_data": true}}]}
            """.formatted(Integer.BYTES + photo.length).getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(json.length + Integer.BYTES + photo.length).order(ByteOrder.LITTLE_ENDIAN);
    body.put(json).putInt(photo.length).put(photo); // an element of BYTES is its length, then its bytes

    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v2/models/mae-tiny_image/infer"))
            .header("Inference-Header-Content-Length", Integer.toString(json.length))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.array()))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
        HttpResponse<byte[]> answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw new IOException(new String(answer.body(), StandardCharsets.UTF_8));
        }
        int length = Math.toIntExact(answer.headers().firstValueAsLong("Inference-Header-Content-Length").orElseThrow());
        IO.println(new String(answer.body(), 0, length, StandardCharsets.UTF_8));
        FloatBuffer cls = ByteBuffer.wrap(answer.body(), length, answer.body().length - length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        IO.println("%d numbers: %+.4f %+.4f ...".formatted(cls.remaining(), cls.get(0), cls.get(1)));
    }
}
