package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class SharedPullsTest {
    private static final Image IMAGE = new Image(
            Digest.of(new byte[0]),
            List.of(),
            List.of(),
            1,
            List.of(),
            new ImageConfig(
                    "",
                    List.of(),
                    List.of(),
                    List.of(),
                    "",
                    Set.of(),
                    Set.of(),
                    Map.of(),
                    "",
                    Platform.host(),
                    Optional.empty()),
            Instant.EPOCH,
            false,
            Map.of());

    private final SharedPulls pulls = new SharedPulls();
    private final CountDownLatch go = new CountDownLatch(1);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private SharedPulls.Key key;

    @BeforeEach
    void name() throws Exception {
        key = new SharedPulls.Key(Reference.parse("app"), new Credentials.Anonymous());
    }

    @AfterEach
    void stop() {
        go.countDown();
        callers.shutdownNow();
        callers.close();
    }

    private Image work() throws InterruptedException {
        begun.incrementAndGet();
        try {
            go.await();
        } catch (InterruptedException e) {
            cancelled.incrementAndGet();
            throw e;
        }
        return IMAGE;
    }

    private Future<Image> call() {
        return callers.submit(() -> pulls.pull(key, PullListener.SILENT, listener -> work()));
    }

    private void awaitCallers(int count) throws InterruptedException {
        while (pulls.callers(key) != count) {
            Thread.sleep(5); // the class's time-out ends it
        }
    }

    @Test
    void equalPullsAreOne() throws Exception {
        List<Future<Image>> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            all.add(call());
        }
        awaitCallers(5);
        go.countDown();
        for (Future<Image> one : all) {
            assertSame(IMAGE, one.get());
        }
        assertEquals(1, begun.get());
        assertEquals(0, pulls.callers(key));
    }

    @Test
    void oneCallerWhoLeavesDoesNotEndItForTheOthers() throws Exception {
        Future<Image> leaving = call();
        Future<Image> staying = call();
        awaitCallers(2);
        assertTrue(leaving.cancel(true));
        awaitCallers(1);
        go.countDown();
        assertSame(IMAGE, staying.get());
        assertEquals(0, cancelled.get());
    }

    @Test
    void theLastCallerWhoLeavesEndsIt() throws Exception {
        Future<Image> leaving = call();
        awaitCallers(1);
        while (begun.get() == 0) {
            Thread.sleep(5);
        }
        leaving.cancel(true);
        while (cancelled.get() == 0) {
            Thread.sleep(5);
        }
        go.countDown();
        assertSame(IMAGE, call().get());
        assertEquals(2, begun.get());
    }

    @Test
    void whoComesAfterAFailureStartsAnew() throws Exception {
        for (int i = 0; i < 200; i++) {
            Future<Image> failing = callers.submit(() -> pulls.pull(key, PullListener.SILENT, listener -> {
                throw new ImageException.NotFound("app", "not there");
            }));
            assertThrows(ExecutionException.class, failing::get);
            Image again = pulls.pull(key, PullListener.SILENT, listener -> IMAGE);
            assertSame(IMAGE, again);
        }
    }
}
