package io.crij.linux.dbus;

import java.io.IOException;
import java.time.Duration;

/// A call that did not come to its answer.
public abstract sealed class DBusException extends IOException {
    private static final long serialVersionUID = 1;

    private DBusException(String message, Throwable cause) {
        super(message, cause);
    }

    private DBusException(String message) {
        super(message);
    }

    /// The other side answered with an error.
    public static final class Refused extends DBusException {
        private static final long serialVersionUID = 1;

        private final String name;

        /// @param name as `org.freedesktop.systemd1.NoSuchUnit`
        public Refused(String name, String text) {
            super(text.isEmpty() ? name : text + " (" + name + ")");
            this.name = name;
        }

        public String name() {
            return name;
        }
    }

    /// There is no connection, or it broke before the answer: whether the call was carried out is not known.
    public static final class Lost extends DBusException {
        private static final long serialVersionUID = 1;

        public Lost(String message, Throwable cause) {
            super(message, cause);
        }

        public Lost(String message) {
            super(message);
        }
    }

    /// No answer within the time.
    public static final class TimedOut extends DBusException {
        private static final long serialVersionUID = 1;

        public TimedOut(String what, Duration patience) {
            super(what + " was not answered within " + patience.toMillis() + " ms");
        }
    }

    /// What came is no D-Bus, or not what was asked for.
    public static final class Garbled extends DBusException {
        private static final long serialVersionUID = 1;

        public Garbled(String what) {
            super("the bus sent " + what);
        }

        public Garbled(String what, Throwable cause) {
            super("the bus sent " + what, cause);
        }
    }
}
