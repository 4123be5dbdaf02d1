package io.crij.server.config;

import java.nio.file.Path;
import java.util.Optional;

/// Why the configuration was refused. Messages start with file and line.
public abstract sealed class ConfigException extends Exception {
    ConfigException(String message) {
        super(message);
    }

    ConfigException(String message, Throwable cause) {
        super(message, cause);
    }

    /// The file is there but cannot be read.
    public static final class Unreadable extends ConfigException {
        Unreadable(Path file, Throwable cause) {
            super(
                    "Tried to read the configuration " + file + " but " + cause + "; give another one with --config",
                    cause);
        }
    }

    /// The file that was named is not there.
    public static final class Missing extends ConfigException {
        Missing(Path file) {
            super("Tried to read the configuration " + file
                    + " but there is no such file; correct --config, or leave it out: "
                    + ConfigFiles.STANDARD.main() + " may be absent");
        }
    }

    /// The text is not TOML.
    public static final class Syntax extends ConfigException {
        Syntax(Origin at, String problem) {
            super(at + ": not valid TOML: " + problem);
        }
    }

    /// A key that does not exist.
    public static final class UnknownKey extends ConfigException {
        private final transient Optional<String> nearest;

        UnknownKey(Origin at, String key, Optional<String> nearest) {
            super(at + ": unknown key " + key
                    + nearest.map(near -> "; did you mean " + near + "?").orElse("")
                    + " (crij config prints every key)");
            this.nearest = nearest;
        }

        public Optional<String> nearest() {
            return nearest;
        }
    }

    /// A value of another type or form than the key has.
    public static final class WrongType extends ConfigException {
        WrongType(Origin at, String key, String value, String expected) {
            super(at + ": " + key + " = " + value + ": expected " + expected);
        }
    }

    /// A value of the right type that the key does not allow.
    public static final class NotAllowed extends ConfigException {
        NotAllowed(Origin at, String key, String value, String reason) {
            super(at + ": " + key + " = " + value + ": " + reason);
        }
    }
}
