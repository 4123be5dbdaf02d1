package io.crij.server.streaming;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class OutcomeTest {
    @Test
    void successIsAStatusAndNoWords() {
        var success = new Outcome.Exited(0);
        assertEquals("{\"metadata\":{},\"status\":\"Success\"}", success.status());
        assertEquals(Optional.empty(), success.plain());
    }

    @Test
    void anExitCodeIsACause() {
        var failure = new Outcome.Exited(137);
        assertEquals(
                "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"command terminated with non-zero exit code:"
                        + " exit code"
                        + " 137\",\"reason\":\"NonZeroExitCode\",\"details\":{\"causes\":[{\"reason\":\"ExitCode\","
                        + "\"message\":\"137\"}]}}",
                failure.status());
        assertEquals(Optional.of("command terminated with non-zero exit code: exit code 137"), failure.plain());
    }

    @Test
    void whatDidNotRunIsAnInternalError() {
        assertEquals(
                "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"no\",\"reason\":\"InternalError\",\"details\":"
                        + "{\"causes\":[{\"message\":\"no\"}]},\"code\":500}",
                new Outcome.Failed("no").status());
    }
}
