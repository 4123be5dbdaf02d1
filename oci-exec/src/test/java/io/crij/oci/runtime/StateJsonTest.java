package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StateJsonTest {
    private final ContainerState state = new ContainerState(
            "1.3.0",
            "c1",
            ContainerState.Status.CREATED,
            42,
            Path.of("/run/b"),
            "/run/b/rootfs",
            Instant.parse("2026-01-02T03:04:05.000000006Z"),
            Map.of("a", "b\"c"));

    @Test
    void hooksGetTheStateOfTheSpecification() {
        assertEquals(
                "{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"pid\":42,\"status\":\"created\",\"bundle\":\"/run/b\","
                        + "\"annotations\":{\"a\":\"b\\\"c\"}}",
                new String(StateJson.forHook(state), StandardCharsets.UTF_8));
    }

    @Test
    void theCommandAddsWhatRuncAdds() throws Exception {
        var stopped = new ContainerState(
                "1.3.0",
                "c1",
                ContainerState.Status.STOPPED,
                42,
                state.bundle(),
                state.rootfs(),
                state.created(),
                Map.of());
        var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(StateJson.forCommand(stopped));
        assertEquals(0, json.get("pid").asInt());
        assertEquals("stopped", json.get("status").asText());
        assertEquals("/run/b/rootfs", json.get("rootfs").asText());
        assertEquals("2026-01-02T03:04:05.000000006Z", json.get("created").asText());
        assertEquals("", json.get("owner").asText());
    }
}
