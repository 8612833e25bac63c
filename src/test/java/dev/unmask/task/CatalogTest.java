package dev.unmask.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.unmask.Answer;
import dev.unmask.Card;
import dev.unmask.Fault;
import dev.unmask.Model;
import dev.unmask.Output;
import dev.unmask.Row;
import dev.unmask.UnmaskException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Models that come and go while others work with them.
@Timeout(30)
class CatalogTest {

    private final Catalog catalog = new Catalog();
    private final Model one = Fake.giving(1);
    private final Model two = Fake.giving(2);

    @Test
    void theFirstIsMeantWhenNoneIsNamed() {
        assertRefused(null, Fault.NOT_FOUND, "no model is served");
        catalog.put(one);
        assertThat(used(null)).isSameAs(one);
        assertThat(used("fake")).isSameAs(one);
        assertRefused("other", Fault.NOT_FOUND, "there is no model 'other'; served are fake");
    }

    @Test
    void anAnnouncedModelIsLoadingUntilItComes() {
        catalog.announce(one.card());
        assertRefused(null, Fault.UNAVAILABLE, "fake is loading");
        assertThat(catalog.loading()).containsExactly("fake");
        assertThat(catalog.all(Caller.ANYONE, Model::card)).isEmpty();
        assertThat(catalog.put(one)).isEmpty();
        assertThat(used(null)).isSameAs(one);
        assertThat(catalog.loading()).isEmpty();
        assertThat(catalog.all(Caller.ANYONE, Model::card))
                .extracting(Card::name)
                .containsExactly("fake");
    }

    @Test
    void twoModelsOfOneNameAreRefused() {
        catalog.announce(one.card());
        assertThatThrownBy(() -> catalog.announce(two.card())).hasMessage("two models are named fake");
    }

    @Test
    void aModelIsHandedBackOnlyWhenNobodyWorksWithIt() throws Exception {
        catalog.put(one);
        CountDownLatch working = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        FutureTask<Model> work = new FutureTask<>(() -> catalog.use(Caller.ANYONE, "fake", model -> {
            working.countDown();
            await(finish);
            return model;
        }));
        Thread.startVirtualThread(work);
        working.await();
        FutureTask<Optional<Model>> replacing = new FutureTask<>(() -> catalog.put(two));
        Thread.startVirtualThread(replacing);
        while (!used("fake").equals(two)) {
            Thread.onSpinWait();
        }
        assertThat(replacing.isDone()).isFalse();
        finish.countDown();
        assertThat(work.get()).isSameAs(one);
        assertThat(replacing.get()).contains(one);
        assertThat(catalog.remove("fake")).contains(two);
        assertRefused("fake", Fault.NOT_FOUND, "no model is served");
    }

    @Test
    void nobodyWorksWithAModelThatWasHandedBack() throws Exception {
        catalog.put(one);
        Thread replacing = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < 2000; i++) {
                Model before = catalog.put(new Closable(Fake.giving(i))).orElseThrow();
                if (before instanceof Closable closable) {
                    closable.open.countDown();
                }
            }
        });
        while (replacing.isAlive()) {
            long closed = catalog.use(
                    Caller.ANYONE, "fake", model -> model instanceof Closable it && it.open.getCount() == 0 ? 1 : 0);
            assertThat(closed).isZero();
        }
    }

    private Model used(@Nullable String name) {
        return catalog.use(Caller.ANYONE, name, model -> model);
    }

    private void assertRefused(@Nullable String name, Fault fault, String message) {
        assertThatThrownBy(() -> used(name))
                .hasMessage(message)
                .asInstanceOf(InstanceOfAssertFactories.type(UnmaskException.class))
                .extracting(UnmaskException::fault)
                .isEqualTo(fault);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @param open 0 once it was handed back
    private record Closable(Model model, CountDownLatch open) implements Model {

        Closable(Model model) {
            this(model, new CountDownLatch(1));
        }

        @Override
        public Card card() {
            return model.card();
        }

        @Override
        public List<Answer> run(List<Row> rows, Set<Output> wanted) {
            return model.run(rows, wanted);
        }
    }
}
