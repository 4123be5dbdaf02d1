package io.crij.oci.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/// The log of one call of a runtime (`--log FILE --log-format json`): objects with `level` and `msg`, one after the
/// other, with or without line breaks between them.
final class RuntimeLog {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LONGEST = 4096;

    private RuntimeLog() {}

    /// Why the call failed: the last message that is an error. What is no JSON is passed over.
    static Optional<String> error(byte[] log) {
        String last = null;
        try (JsonParser in = JSON.createParser(log)) {
            while (in.nextToken() != null) {
                if (in.currentToken() != JsonToken.START_OBJECT) {
                    continue;
                }
                Entry entry = entry(in);
                if (entry.isError()) {
                    last = entry.message;
                }
            }
        } catch (IOException e) {
            // cut short, or no JSON from here on
        }
        return Optional.ofNullable(last).map(RuntimeLog::shortened);
    }

    private record Entry(String level, String message) {
        boolean isError() {
            return switch (level) {
                case "error", "fatal", "panic", "ERROR" -> !message.isBlank();
                default -> false;
            };
        }
    }

    private static Entry entry(JsonParser in) throws IOException {
        String level = "";
        String message = "";
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String name = in.currentName();
            in.nextToken();
            switch (name) {
                case "level" -> level = in.getText();
                case "msg", "message" -> message = in.getText();
                default -> in.skipChildren();
            }
        }
        return new Entry(level, message);
    }

    static String shortened(String text) {
        String whole = text.strip();
        return whole.length() <= LONGEST ? whole : whole.substring(0, LONGEST) + "…";
    }
}
