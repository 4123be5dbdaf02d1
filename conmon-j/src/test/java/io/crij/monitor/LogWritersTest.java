package io.crij.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogWritersTest {
    private final LogWriters writers = new LogWriters();

    @AfterEach
    void close() {
        writers.close();
    }

    @Test
    void aTaskGoesOnUntilItIsDone() throws Exception {
        var rounds = new AtomicInteger();
        var done = new CountDownLatch(1);
        writers.submit(new LogWriters.Task() {
            @Override
            public void run(WriteBuffers buffers) {
                if (rounds.incrementAndGet() == 1_000) {
                    done.countDown();
                } else {
                    writers.again(this);
                }
            }
        });
        await(done);
        assertEquals(1_000, rounds.get());
    }

    @Test
    void aTaskThatGoesOnLetsTheOthersHaveTheirTurn() throws Exception {
        var other = new CountDownLatch(3);
        var done = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            writers.submit(new LogWriters.Task() {
                private boolean begun;

                @Override
                public void run(WriteBuffers buffers) {
                    if (!begun) {
                        begun = true;
                        other.countDown();
                    }
                    if (other.getCount() == 0) {
                        done.countDown();
                    } else {
                        writers.again(this);
                    }
                }
            });
        }
        await(done);
    }

    /// Its thread is one too many when it comes back, and ends; the others rest.
    @Test
    void aTaskGoesOnThoughItsThreadWasReplacedMeanwhile() throws Exception {
        var disk = new CountDownLatch(1);
        var wentOn = new CountDownLatch(2);
        var hung = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            writers.submit(_ -> {
                hung.countDown();
                awaitQuietly(disk);
                writers.again(_ -> wentOn.countDown());
            });
        }
        await(hung);
        var others = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            writers.submit(_ -> others.countDown());
        }
        await(others);
        disk.countDown();
        await(wentOn);
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertTrue(latch.await(60, TimeUnit.SECONDS), "it does not go on");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
