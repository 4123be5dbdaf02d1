package io.crij.server.cri;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Points in time as the CRI has them: nanoseconds since 1970, 0 for none.
public final class Times {
    private Times() {}

    public static long nanos(@Nullable Instant time) {
        return time == null ? 0 : TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }
}
