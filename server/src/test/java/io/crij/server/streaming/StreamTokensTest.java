package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StreamTokensTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    private final StreamTokens tokens = new StreamTokens(Duration.ofMinutes(1), now::get);
    private final StreamRequest request = new StreamRequest.PortForward("pod", List.of(80));

    @Test
    void aTokenHoldsOnce() {
        var token = tokens.issue(request).orElseThrow();
        assertEquals(Optional.of(request), tokens.take("portforward", token));
        assertEquals(Optional.empty(), tokens.take("portforward", token));
    }

    @Test
    void aTokenExpires() {
        var token = tokens.issue(request).orElseThrow();
        now.set(Instant.EPOCH.plusSeconds(60));
        assertEquals(Optional.empty(), tokens.take("portforward", token));
    }

    @Test
    void aTokenIsForOneKindOnly() {
        var token = tokens.issue(request).orElseThrow();
        assertEquals(Optional.empty(), tokens.take("exec", token));
        assertEquals(Optional.of(request), tokens.take("portforward", token));
    }

    @Test
    void forgedTokensAreNothing() {
        tokens.issue(request);
        assertEquals(Optional.empty(), tokens.take("portforward", ""));
        assertEquals(Optional.empty(), tokens.take("portforward", "a".repeat(43)));
    }

    @Test
    void tokensDifferAndAreLong() {
        var seen = new HashSet<String>();
        for (int i = 0; i < 100; i++) {
            var token = tokens.issue(request).orElseThrow();
            assertTrue(token.matches("[A-Za-z0-9_-]{43}"), token);
            assertTrue(seen.add(token));
        }
    }

    @Test
    void onlySoManyWait() {
        for (int i = 0; i < StreamTokens.MOST; i++) {
            assertTrue(tokens.issue(request).isPresent());
        }
        assertEquals(Optional.empty(), tokens.issue(request));
        now.set(Instant.EPOCH.plusSeconds(61));
        assertTrue(tokens.issue(request).isPresent());
    }
}
