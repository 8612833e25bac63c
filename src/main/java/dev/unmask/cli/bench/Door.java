package dev.unmask.cli.bench;

import java.util.List;

/// Where photos go, and what is asked of them.
sealed interface Door {

    /// Connections to it.
    ///
    /// @param most connections at a time
    Wire wire(List<byte[]> photos, int most);

    /// A route of HTTP, with its query.
    record Http(Target target, String path, List<String> headers) implements Door {

        @Override
        public Wire wire(List<byte[]> photos, int most) {
            List<byte[]> requests = photos.stream()
                    .map(photo -> target.post(path, headers, photo))
                    .toList();
            return new HttpWire(target, requests, most);
        }

        @Override
        public String toString() {
            return path;
        }
    }

    /// A model that takes encoded pictures over gRPC, and one of its outputs.
    record Grpc(Target target, String model, String output) implements Door {

        @Override
        public Wire wire(List<byte[]> photos, int most) {
            List<byte[]> messages = photos.stream()
                    .map(photo -> GrpcWire.message(model, output, photo))
                    .toList();
            return new GrpcWire(target, messages, most);
        }

        @Override
        public String toString() {
            return "gRPC " + output;
        }
    }
}
