package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.layer.TarBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Different images at the same time.
@Timeout(300)
class ConcurrentPullsTest {
    private static final int IMAGES = 20;

    @TempDir
    Path folder;

    private TestStore store;
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void open() throws Exception {
        store = new TestStore(folder);
    }

    @AfterEach
    void close() {
        callers.shutdownNow();
        callers.close();
        if (store != null) {
            store.close();
        }
    }

    /// Two layers that all have, of which the second leaves folders out, and one of its own.
    private static TestImage sharing(int number) {
        return new TestImage()
                .layer(TestStore.layer("shared", "same".repeat(50_000)))
                .layer(new TarBuilder().file("opt/shared", "same").bytes())
                .layer(TestStore.layer("own", "number " + number));
    }

    private long fetched(Digest layer) {
        return store.registry.requests.stream()
                .filter(it -> it.contains(layer.toString()))
                .count();
    }

    @Test
    void imagesThatShareLayersFetchThemOnce() throws Exception {
        CountDownLatch together = new CountDownLatch(IMAGES);
        List<Future<Image>> pulls = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            Reference reference = store.registry.push("app" + i, sharing(i));
            pulls.add(callers.submit(() -> {
                together.countDown();
                together.await();
                return store.pull(reference);
            }));
        }
        for (int i = 0; i < IMAGES; i++) {
            Image image = pulls.get(i).get();
            List<Path> lower =
                    store.images().snapshots().prepare("c" + i, image.id()).lower();
            assertEquals("number " + i, Files.readString(lower.getFirst().resolve("etc/own")));
            assertTrue(Files.exists(lower.get(1).resolve("opt/shared")));
            assertEquals(200_000, Files.size(lower.getLast().resolve("etc/shared")));
        }
        assertEquals(1, fetched(sharing(0).layerDigest(0)));
        store.assertNothingHalf();
        for (int i = 0; i < IMAGES; i++) {
            store.images().snapshots().remove("c" + i);
            store.images().remove(pulls.get(i).get().id().toString());
        }
        store.assertNothingLeft();
    }

    @Test
    void whoWaitsForALayerFetchesItWhenTheOtherPullFails() throws Exception {
        TestImage first = sharing(1);
        TestImage second = sharing(2);
        Reference broken = store.registry.push("broken", first);
        Reference whole = store.registry.push("whole", second);
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        store.registry.faultFor(1, first.layerDigest(0).toString(), exchange -> {
            arrived.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return FakeRegistry.status(403).answer(exchange);
        });
        Future<Image> failing = callers.submit(() -> store.pull(broken));
        arrived.await();
        Future<Image> waiting = callers.submit(() -> store.pull(whole));
        while (fetched(second.layerDigest(2)) == 0) {
            Thread.sleep(5); // the class's time-out ends it
        }
        go.countDown();
        var failure = assertThrows(ExecutionException.class, failing::get);
        assertInstanceOf(ImageException.Denied.class, failure.getCause());
        assertEquals(second.id(), waiting.get().id());
    }

    @Test
    void whoWaitsForALayerOfAnotherPullCanBeCancelled() throws Exception {
        TestImage first = sharing(1);
        Reference slow = store.registry.push("slow", first);
        Reference other = store.registry.push("other", sharing(2));
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        store.registry.faultFor(1, first.layerDigest(0).toString(), exchange -> {
            arrived.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        });
        Future<Image> running = callers.submit(() -> store.pull(slow));
        arrived.await();
        CountDownLatch ended = new CountDownLatch(1);
        Future<?> waiting = callers.submit(() -> {
            try {
                return store.pull(other);
            } finally {
                ended.countDown();
            }
        });
        while (fetched(sharing(2).layerDigest(2)) == 0) {
            Thread.sleep(5);
        }
        waiting.cancel(true);
        ended.await();
        assertFalse(running.isDone());
        go.countDown();
        assertEquals(first.id(), running.get().id());
        store.images().remove(slow.toString());
        store.assertNothingLeft();
    }
}
