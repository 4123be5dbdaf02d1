package io.crij.server.cdi;

/// A text that is not YAML, or a part of YAML that is not read here.
public class YamlException extends Exception {
    YamlException(String message) {
        super(message);
    }

    /// More lines may complete it.
    static final class Unfinished extends YamlException {
        Unfinished(String what) {
            super("has " + what + " without an end");
        }
    }
}
