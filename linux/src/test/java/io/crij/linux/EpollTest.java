package io.crij.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EpollTest {
    @Test
    void reportsTheTokensOfWhatIsReady() throws Exception {
        try (Epoll epoll = new Epoll();
                Pipe one = Pipe.open();
                Pipe two = Pipe.open()) {
            epoll.add(one.reader(), Epoll.IN, 1);
            epoll.add(two.reader(), Epoll.IN, 0x1234_5678_9ABC_DEF0L);
            Map<Long, Integer> ready = new HashMap<>();
            assertEquals(0, epoll.await(Duration.ofMillis(1), ready::put));
            two.writer().write(new byte[1]);
            assertEquals(1, epoll.await(Duration.ofSeconds(5), ready::put));
            assertEquals(Map.of(0x1234_5678_9ABC_DEF0L, Epoll.IN), ready);
            one.writer().close();
            assertEquals(2, epoll.await(ready::put));
            assertEquals(Epoll.HUP, ready.get(1L));
            epoll.remove(one.reader());
            assertEquals(1, epoll.await(Duration.ZERO, ready::put));
        }
    }

    @Test
    void anEventWakesAWaitingThread() throws Exception {
        try (Epoll epoll = new Epoll();
                EventFd event = new EventFd()) {
            epoll.add(event.fd(), Epoll.IN, 9);
            Thread waker = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(20);
                    event.raise();
                    event.raise();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(1, epoll.await(Duration.ofSeconds(10), (token, events) -> assertEquals(9, token)));
            waker.join();
            assertEquals(2, event.drain());
            assertEquals(0, event.drain());
        }
    }

    @Test
    void theTimeLimitHolds() throws Exception {
        try (Epoll epoll = new Epoll()) {
            long begin = System.nanoTime();
            assertEquals(0, epoll.await(Duration.ofMillis(30), (token, events) -> {}));
            assertTrue(System.nanoTime() - begin >= 29_000_000L);
        }
    }
}
