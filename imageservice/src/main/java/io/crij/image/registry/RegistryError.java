package io.crij.image.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;

/// What a registry says of a failure (distribution-spec "Error Codes"): `{"errors": [{"code": …, "message": …}]}`.
final class RegistryError {
    private static final ObjectMapper JSON = new ObjectMapper();

    private RegistryError() {}

    /// The first error in one line, cut and without control characters: it comes from outside.
    static Optional<String> in(byte[] body) {
        try {
            JsonNode error = JSON.readTree(body).path("errors").path(0);
            String text =
                    (error.path("code").asText("") + " " + error.path("message").asText("")).strip();
            String clean = text.replaceAll("\\p{Cntrl}", " ");
            return clean.isEmpty() ? Optional.empty() : Optional.of(clean.substring(0, Math.min(200, clean.length())));
        } catch (IOException e) {
            return Optional.empty(); // an HTML page of some proxy
        }
    }
}
