package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    @Test
    void endOfTheProgramWaitsForTheCleanUp() throws Exception {
        var stopped = new CountDownLatch(1);
        var interruption = new Interruption();
        interruption.then(stopped::countDown);
        // as the JVM does on Ctrl-C
        var hook = Thread.ofPlatform().start(interruption::interrupted);
        stopped.await();
        assertTrue(interruption.happened());
        assertTrue(hook.isAlive());
        interruption.close();
        hook.join();
    }

    @Test
    void whatIsAskedForAfterItHappenedIsDoneAtOnce() throws Exception {
        var interruption = new Interruption();
        var hook = Thread.ofPlatform().start(interruption::interrupted);
        while (!interruption.happened()) {
            Thread.onSpinWait();
        }
        var stops = new AtomicInteger();
        interruption.then(stops::incrementAndGet);
        assertEquals(1, stops.get());
        interruption.close();
        hook.join();
    }

    @Test
    void withoutItNothingIsDone() {
        var stops = new AtomicInteger();
        try (var interruption = new Interruption()) {
            interruption.then(stops::incrementAndGet);
            assertFalse(interruption.happened());
        }
        assertEquals(0, stops.get());
    }
}
