package io.crij.server.spec;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;

/// Bytes as text of a specification.
final class Bytes {
    private Bytes() {}

    static String text(ByteString bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
