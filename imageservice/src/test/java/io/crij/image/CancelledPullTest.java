package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that goes away while its image is being pulled.
@Timeout(300)
class CancelledPullTest {
    @TempDir
    Path folder;

    private TestStore store;
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeEach
    void open() throws Exception {
        store = new TestStore(folder);
    }

    @AfterEach
    void close() {
        never.countDown();
        if (store != null) {
            store.close();
        }
    }

    private boolean hang(HttpExchange exchange) {
        reached.countDown();
        try {
            never.await(120, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
        return true;
    }

    private void cancelledWhenReached(Reference reference, PullListener listener) throws Exception {
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread puller = Thread.ofVirtual().start(() -> {
            try {
                store.images().pull(reference, TestStore.NONE, listener);
            } catch (Exception e) {
                outcome.set(e);
            }
        });
        assertTrue(reached.await(120, TimeUnit.SECONDS));
        puller.interrupt();
        assertTrue(puller.join(Duration.ofSeconds(60)), "it goes on though nobody waits for it");
        assertInstanceOf(InterruptedException.class, outcome.get());
        store.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(strings = {"manifest", "token", "configuration", "layer"})
    void whileARequestHasNoAnswer(String stage) throws Exception {
        TestImage image = TestStore.small();
        Reference reference = store.registry.push("app", image);
        switch (stage) {
            case "manifest" -> store.registry.faultFor(1000, "/manifests/", this::hang);
            case "configuration" -> store.registry.faultFor(1000, image.id().toString(), this::hang);
            case "layer" -> store.registry.faultFor(1000, image.layerDigest(1).toString(), this::hang);
            default -> {
                store.registry.faultFor(1000, "/token", this::hang);
                store.registry.faultFor(
                        1,
                        "/manifests/",
                        FakeRegistry.status(
                                401,
                                "WWW-Authenticate",
                                "Bearer realm=\"http://" + store.registry.address() + "/token\""));
            }
        }
        cancelledWhenReached(reference, PullListener.SILENT);
    }

    @Test
    void whileALayerStalls() throws Exception {
        TestImage image = TestStore.large(300_000);
        Reference reference = store.registry.push("app", image);
        store.registry.faultFor(1000, image.layerDigest(0).toString(), exchange -> {
            reached.countDown();
            return store.registry.stallAfter(100_000).answer(exchange);
        });
        cancelledWhenReached(reference, PullListener.SILENT);
    }

    @Test
    void whileItWaitsBetweenTwoAttempts() throws Exception {
        Reference reference = store.registry.push("app", TestStore.small());
        store.registry.faultFor(1000, "/manifests/", exchange -> {
            boolean answered = FakeRegistry.status(503, "Retry-After", "25").answer(exchange);
            reached.countDown();
            return answered;
        });
        cancelledWhenReached(reference, PullListener.SILENT);
    }

    @Test
    void whileTheConnectionBreaksAgainAndAgain() throws Exception {
        TestImage image = TestStore.large(300_000);
        Reference reference = store.registry.push("app", image);
        store.registry.faultFor(1000, image.layerDigest(0).toString(), exchange -> {
            reached.countDown();
            return FakeRegistry.status(503, "Retry-After", "25").answer(exchange);
        });
        store.registry.faultFor(1, image.layerDigest(0).toString(), store.registry.cutAfter(10_000));
        cancelledWhenReached(reference, PullListener.SILENT);
    }

    /// Sends a part now and then, so that nothing ever stalls.
    private boolean trickle(HttpExchange exchange, byte[] bytes) throws IOException {
        exchange.sendResponseHeaders(200, 1L << 40);
        try {
            while (!never.await(1, TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write(bytes);
                exchange.getResponseBody().flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return true;
    }

    @Test
    void whileALayerThatNeverEndsIsUnpacked() throws Exception {
        byte[] entries = TestStore.layer("a", "x".repeat(2000));
        byte[] withoutEnd = java.util.Arrays.copyOf(entries, entries.length - 1024);
        TestImage image =
                new TestImage().layer(entries, withoutEnd, TestImage.OCI_LAYER).lie(0, it -> it.put("size", 1L << 40));
        Reference reference = store.registry.push("app", image);
        store.registry.faultFor(1000, image.layerDigest(0).toString(), exchange -> trickle(exchange, withoutEnd));
        cancelledWhenReached(reference, progress -> {
            if (progress.bytes() > 100_000) {
                reached.countDown();
            }
        });
        assertEquals(0, store.files("staging").size());
    }
}
