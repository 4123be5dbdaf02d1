package io.crij.server.streaming;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Requests that wait for their client, by token. A token has 256 random bits, holds for one use and a short time.
/// Bounded; thread-safe.
final class StreamTokens {
    static final int MOST = 1000;
    private static final int BYTES = 32;

    private final Duration lifetime;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    // in the order of insertion, which is that of expiry
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    private record Waiting(StreamRequest request, long expires) {}

    StreamTokens(Duration lifetime, InstantSource clock) {
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /// @return empty when too many wait already
    synchronized Optional<String> issue(StreamRequest request) {
        long now = clock.millis();
        waiting.values().removeIf(w -> w.expires() <= now);
        if (waiting.size() >= MOST) {
            return Optional.empty();
        }
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        var token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        waiting.put(token, new Waiting(request, now + lifetime.toMillis()));
        return Optional.of(token);
    }

    /// The request, once.
    ///
    /// @param kind what the client came for; a token for something else is not used up
    synchronized Optional<StreamRequest> take(String kind, String token) {
        var found = waiting.get(token);
        if (found == null || !found.request().kind().equals(kind)) {
            return Optional.empty();
        }
        waiting.remove(token);
        return found.expires() <= clock.millis() ? Optional.empty() : Optional.of(found.request());
    }
}
