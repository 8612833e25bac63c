package dev.unmask.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.UnmaskException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Load goes to this machine and nowhere else.
class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8000, http://127.0.0.1:8000",
        "http://LOCALHOST/, http://127.0.0.1:80",
        "http://127.0.0.1:8000, http://127.0.0.1:8000",
        "http://127.9.8.7:1, http://127.9.8.7:1",
        "http://[::1]:8000, http://[0:0:0:0:0:0:0:1]:8000"
    })
    void aLoopbackAddressIsTaken(String url, String target) {
        assertThat(Target.of(url)).hasToString(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://unmask.invalid:8000",
                "http://localhost.unmask.invalid",
                "http://127.0.0.1@unmask.invalid/",
                "http://10.0.0.1:8000",
                "http://0.0.0.0:8000",
                "http://[::]:8000",
                "http://[2001:db8::1]:8000"
            })
    void anotherHostIsRefused(String url) {
        assertThatThrownBy(() -> Target.of(url))
                .isInstanceOf(UnmaskException.class)
                .hasMessageContaining("is not this machine: load is sent to localhost or a loopback address only");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://localhost", "localhost:8000", "http://", "http://localhost:8000/v1/embed", "http://a b"
            })
    void anythingElseIsNoServer(String url) {
        assertThatThrownBy(() -> Target.of(url))
                .isInstanceOf(UnmaskException.class)
                .hasMessageContaining("is not http://HOST:PORT");
    }

    @Test
    void aRequestIsOneRunOfBytes() {
        byte[] request = Target.of("http://localhost:8000")
                .post("/v1/embed?pool=mean", List.of("Authorization: Bearer key"), new byte[] {'x', 'y'});
        assertThat(new String(request, StandardCharsets.US_ASCII)).isEqualTo("""
                        POST /v1/embed?pool=mean HTTP/1.1
                        Host: 127.0.0.1:8000
                        Authorization: Bearer key
                        Content-Type: image/jpeg
                        Content-Length: 2

                        xy""".replace("\n", "\r\n"));
    }
}
