package dev.unmask.oip;

import java.util.List;

/// What this server is and which extensions of the protocol work here.
record ServerMetadata(String name, String version, List<String> extensions) {}
