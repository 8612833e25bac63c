package dev.unmask.server;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.List;

/// `unmask.cors`
///
/// @param origins whose pages a browser lets read the answers; none by default
@ConfigurationProperties("unmask.cors")
record CorsSettings(List<String> origins) {

    private static final String ORIGIN = "https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\\[[0-9a-f:]+](:[0-9]{1,5})?";

    CorsSettings {
        origins = origins.stream().filter(origin -> !origin.isEmpty()).toList(); // [] comes as [""]
        for (String origin : origins) {
            if (!origin.matches(ORIGIN)) {
                throw Check.refusal(
                        "unmask.cors.origins",
                        origin,
                        "exact origins such as https://app.example.org, without a path or *");
            }
        }
    }
}
