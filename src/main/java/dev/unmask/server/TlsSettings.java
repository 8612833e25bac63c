package dev.unmask.server;

import dev.unmask.UnmaskException;
import io.micronaut.context.annotation.ConfigurationProperties;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// `unmask.tls`: HTTPS in place of HTTP, if there is a certificate. All files are PEM.
///
/// @param certificate of the service, and what leads to its root
/// @param key of the certificate
/// @param clientCa that has signed the certificates of all callers, who then need one
@ConfigurationProperties("unmask.tls")
record TlsSettings(
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path clientCa) {

    TlsSettings {
        if (certificate == null ? key != null : key == null) {
            throw UnmaskException.invalid("unmask.tls." + (key == null ? "key" : "certificate")
                    + " is missing; a certificate and its key go together");
        }
        if (clientCa != null && certificate == null) {
            throw UnmaskException.invalid("unmask.tls.certificate is missing; unmask.tls.client-ca needs it");
        }
    }
}
