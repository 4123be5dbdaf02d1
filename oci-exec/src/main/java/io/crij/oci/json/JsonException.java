package io.crij.oci.json;

import java.io.IOException;

/// JSON that is not what a record wants.
public final class JsonException extends IOException {
    private final String path;
    private final String value;
    private final String reason;

    JsonException(String path, String value, String reason) {
        super(path + ": " + value + ": " + reason);
        this.path = path;
        this.value = value;
        this.reason = reason;
    }

    /// Where: `mounts[3].type`; `$` for the whole.
    public String path() {
        return path;
    }

    /// The offending part, shortened.
    public String value() {
        return value;
    }

    public String reason() {
        return reason;
    }
}
