package dev.unmask.job.remote;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/// What a service is asked of each picture.
///
/// @param target the path with all options
/// @param accept the type of the answer
record Question(String target, String accept) {

    static Question of(String path, Map<String, String> options, String accept) {
        String query = options.entrySet().stream()
                .map(option -> option.getKey() + "=" + encoded(option.getValue()))
                .collect(Collectors.joining("&"));
        return new Question(path + "?" + query, accept);
    }

    /// Commas stay as they are, since lists of numbers would be long without.
    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("%2C", ",");
    }
}
