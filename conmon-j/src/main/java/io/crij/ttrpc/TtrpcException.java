package io.crij.ttrpc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why a call had no answer.
public abstract sealed class TtrpcException extends Exception {
    TtrpcException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// The other end answered with a status; the connection goes on.
    public static final class Refused extends TtrpcException {
        private final StatusCode code;

        public Refused(StatusCode code, String message) {
            super(message, null);
            this.code = code;
        }

        public StatusCode code() {
            return code;
        }
    }

    /// No answer within the time of the call; the connection goes on, an answer that comes now is dropped.
    public static final class TimedOut extends TtrpcException {
        public TimedOut(String what, Duration timeout) {
            super(what + " was not answered within " + timeout.toMillis() + " ms", null);
        }
    }

    /// The request is larger than a frame may be and was not sent.
    public static final class TooLarge extends TtrpcException {
        private final long size;

        public TooLarge(String what, long size) {
            super(
                    what + " takes " + size + " bytes, but a message of ttrpc has at most " + FrameStream.LARGEST
                            + " bytes",
                    null);
            this.size = size;
        }

        public long size() {
            return size;
        }
    }

    /// The connection is closed, by either end or by a frame that made no sense.
    public static final class Closed extends TtrpcException {
        public Closed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
