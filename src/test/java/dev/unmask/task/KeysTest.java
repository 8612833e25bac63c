package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Fault;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Who is let in, and to what.
class KeysTest {

    private static final Caller ONE = new Caller("one", Set.of("a"), false);
    private static final Caller TWO = new Caller("two", Set.of(Caller.EVERY_MODEL), true);

    private final Keys keys =
            new Keys(List.of(new Keys.Key(Keys.sha256("first"), ONE), new Keys.Key(Keys.sha256("second"), TWO)));

    @Test
    void withoutKeysEverybodyMayDoEverything() {
        Caller caller = new Keys(List.of()).caller(List.of("Basic x"), List.of());
        assertThat(caller).isEqualTo(Caller.ANYONE);
        assertThatCode(() -> caller.administer("a")).doesNotThrowAnyException();
    }

    @Test
    void aKeyIsKnownByItsDigest() {
        assertThat(Keys.sha256("test")).isEqualTo("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
        assertThat(keys.caller(List.of("Bearer first"), List.of())).isEqualTo(ONE);
        assertThat(keys.caller(List.of("bearer  second "), List.of())).isEqualTo(TWO);
        assertThat(keys.caller(List.of(), List.of("second"))).isEqualTo(TWO);
    }

    @Test
    void nobodyComesInWithoutExactlyOneKnownKey() {
        String how = "; send 'authorization: Bearer KEY' or 'x-api-key: KEY'";
        refused(List.of(), List.of(), "a key is needed" + how);
        refused(List.of("Bearer first"), List.of("first"), "2 keys came, not 1" + how);
        refused(List.of("Basic first"), List.of(), "the authorization is not of the scheme Bearer" + how);
        refused(List.of("first"), List.of(), "the authorization is not of the scheme Bearer" + how);
        refused(List.of("Bearer "), List.of(), "the key is not known");
        refused(List.of(), List.of("First"), "the key is not known");
        refused(List.of(), List.of(Keys.sha256("first")), "the key is not known");
    }

    @Test
    void aKeyOpensItsModelsOnly() {
        assertThatCode(() -> ONE.use("a")).doesNotThrowAnyException();
        forbidden(() -> ONE.use("b"), "the key 'one' does not open model 'b'");
        forbidden(() -> ONE.administer("a"), "the key 'one' does not load or unload models");
        assertThatCode(() -> TWO.administer("b")).doesNotThrowAnyException();
        forbidden(
                () -> new Caller("three", Set.of("a"), true).administer("b"),
                "the key 'three' does not open model 'b'");
    }

    @Test
    void madeKeysDifferAndHold256Bits() {
        assertThat(Keys.random()).hasSize("um-".length() + 43).isNotEqualTo(Keys.random());
    }

    private void refused(List<String> authorization, List<String> apiKey, String message) {
        assertThatThrownBy(() -> keys.caller(authorization, apiKey))
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.UNAUTHENTICATED))
                .hasMessage(message);
    }

    private static void forbidden(Runnable attempt, String message) {
        assertThatThrownBy(attempt::run)
                .isInstanceOfSatisfying(
                        UnmaskException.class,
                        refusal -> assertThat(refusal.fault()).isEqualTo(Fault.FORBIDDEN))
                .hasMessage(message);
    }
}
