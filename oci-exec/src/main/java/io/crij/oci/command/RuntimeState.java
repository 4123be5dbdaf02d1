package io.crij.oci.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.crij.oci.runtime.ContainerState.Status;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// What a runtime's `state` prints (runtime-spec "State"), of which only the status is asked for.
final class RuntimeState {
    private static final JsonFactory JSON = new JsonFactory();

    private RuntimeState() {}

    /// Empty when it is something else.
    static Optional<Status> status(String json) {
        try (JsonParser in = JSON.createParser(json)) {
            if (in.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String name = in.currentName();
                in.nextToken();
                if (name.equals("status")) {
                    return Optional.of(Status.valueOf(in.getText().toUpperCase(Locale.ROOT)));
                }
                in.skipChildren();
            }
        } catch (IOException | IllegalArgumentException e) {
            // no JSON, or no status
        }
        return Optional.empty();
    }
}
