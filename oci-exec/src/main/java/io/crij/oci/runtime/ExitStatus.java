package io.crij.oci.runtime;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How a process ended.
///
/// @param code the exit code, or 128 + signal
/// @param unseen why it is not known how it ended, a sentence for the user; then `code` is 255. Null when it is known
public record ExitStatus(
        int code, Instant finishedAt, @Nullable String unseen) {
    private static final int UNKNOWN = 255;

    public ExitStatus(int code, Instant finishedAt) {
        this(code, finishedAt, null);
    }

    /// Nobody saw the end, which is noticed now.
    public static ExitStatus unseen(String why) {
        return new ExitStatus(UNKNOWN, Instant.now(), why);
    }

    public boolean known() {
        return unseen == null;
    }
}
