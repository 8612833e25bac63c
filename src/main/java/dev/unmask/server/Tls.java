package dev.unmask.server;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpVersion;
import io.micronaut.http.server.HttpServerConfiguration;
import io.micronaut.http.server.netty.ssl.ServerSslBuilder;
import io.micronaut.http.ssl.ServerSslConfiguration;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import jakarta.inject.Singleton;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// HTTPS on the port of the service, with TLS 1.2 or 1.3; HTTP/2 where a client asks for it.
///
/// Not Micronaut's own certificate files: where those fail, its server goes on without TLS.
@Singleton
@Requires(property = "unmask.tls.certificate")
final class Tls implements ServerSslBuilder {

    private final ServerSslConfiguration configuration;
    private final SslContext context;

    Tls(TlsSettings settings, ServerSslConfiguration configuration, HttpServerConfiguration server) {
        configuration.setEnabled(true);
        this.configuration = configuration;
        this.context = server.getHttpVersion() == HttpVersion.HTTP_2_0
                ? context(settings, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
                : context(settings);
    }

    @Override
    public ServerSslConfiguration getSslConfiguration() {
        return configuration;
    }

    @Override
    public Optional<SslContext> build() {
        return Optional.of(context);
    }

    /// For a port where clients may choose one of the protocols; with none named, they need not.
    static SslContext context(TlsSettings settings, String... protocols) {
        List<X509Certificate> chain =
                new Pem("unmask.tls.certificate", Objects.requireNonNull(settings.certificate())).certificates();
        SslContextBuilder builder = SslContextBuilder.forServer(
                        new Pem("unmask.tls.key", Objects.requireNonNull(settings.key())).keyOf(chain.getFirst()),
                        chain)
                .sslProvider(SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
        if (settings.clientCa() != null) {
            builder.trustManager(new Pem("unmask.tls.client-ca", settings.clientCa()).certificates())
                    .clientAuth(ClientAuth.REQUIRE);
        }
        if (protocols.length > 0) {
            builder.applicationProtocolConfig(new ApplicationProtocolConfig(
                    Protocol.ALPN,
                    SelectorFailureBehavior.NO_ADVERTISE,
                    SelectedListenerFailureBehavior.ACCEPT,
                    protocols));
        }
        try {
            return builder.build();
        } catch (SSLException e) {
            throw new UnmaskException(Fault.UNAVAILABLE, "TLS does not work here: " + e.getMessage(), e);
        }
    }
}
