package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    private int crij(String... words) {
        return CrijCommand.commandLine().setErr(new PrintWriter(err)).execute(words);
    }

    private static CliException failure(Status status) {
        return assertThrows(
                CliException.class,
                () -> Failures.tryingSilently("list the pods", () -> {
                    throw status.asRuntimeException();
                }));
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 4, Tried to list the pods but why",
        "DEADLINE_EXCEEDED, 5, Tried to list the pods but it took too long: why",
        "UNAVAILABLE, 3, Tried to list the pods but the server does not answer: why",
        "UNIMPLEMENTED, 1, Tried to list the pods but this server does not offer that: why",
        "PERMISSION_DENIED, 1, Tried to list the pods but it was refused: why",
        "INTERNAL, 1, Tried to list the pods but why",
    })
    void codesOfTheServerHaveExitCodesAndWords(Status.Code code, int exitCode, String firstLine) {
        var failure = failure(code.toStatus().withDescription("why"));
        assertEquals(exitCode, failure.exitCode());
        assertEquals(firstLine, failure.getMessage().lines().findFirst().orElseThrow());
    }

    @Test
    void statusWithoutDescriptionIsCalledByItsName() {
        assertEquals(
                "Tried to list the pods but ABORTED", failure(Status.ABORTED).getMessage());
    }

    @Test
    void ownDeadlineIsSaidInOurWords() {
        var message = failure(Status.DEADLINE_EXCEEDED.withDescription("CallOptions deadline exceeded after 3s. [...]"))
                .getMessage();
        assertFalse(message.contains("CallOptions"), message);
        assertTrue(message.contains("--timeout"), message);
    }

    @Test
    void socketThatMayNotBeUsedIsNoDeadServer() {
        var message = failure(Status.UNAVAILABLE
                        .withDescription("io exception")
                        .withCause(new IOException("Permission denied: /run/crij/crij.sock")))
                .getMessage();
        assertTrue(message.contains("root"), message);
        assertFalse(message.contains("Is it running?"), message);
    }

    @Test
    void missingSocketIsExitCodeThree() {
        assertEquals(ExitCode.UNREACHABLE, crij("ps", "--endpoint", folder + "/no.sock"));
        assertTrue(err.toString().contains("there is no such socket"), err.toString());
    }

    @Test
    void missingConfigurationThatWasNamedIsRefused() {
        assertEquals(
                78, crij("serve", "--config", folder + "/no.toml", "--state", "/proc/none", "--data", "/proc/none"));
        assertEquals(ExitCode.FAILED, crij("check", "--config", folder + "/no.toml"));
        assertTrue(err.toString().contains(folder + "/no.toml but there is no such file"), err.toString());
    }

    @Test
    void runAndExecKeepTheirExitCodesForTheCommand() {
        assertEquals(ExitCode.NOT_RUN, crij("exec", "--endpoint", folder + "/no.sock", "x", "true"));
        assertEquals(ExitCode.NOT_RUN, crij("run", "--endpoint", folder + "/no.sock", "x"));
    }

    @Test
    void failureOfTheServerReachesTheShell() throws Exception {
        try (var server = new FakeCri(folder).failing(Status.NOT_FOUND.withDescription("gone"))) {
            assertEquals(
                    ExitCode.NOT_FOUND, crij("ps", "--endpoint", server.socket().toString()));
        }
        assertEquals(
                "crij: Tried to list the containers but gone", err.toString().strip());
    }

    @Test
    void goneReaderHasItsExitCodeAndNoMessage() {
        var verb = CrijCommand.commandLine().getSubcommands().get("run").setErr(new PrintWriter(err));
        assertEquals(ExitCode.NO_READER, Failures.report(Output.lost(new IOException("Broken pipe")), verb));
        assertEquals("", err.toString());
    }

    @Test
    void faultOfOurOwnShowsWhere() {
        var verb = CrijCommand.commandLine().getSubcommands().get("ps").setErr(new PrintWriter(err));
        assertEquals(ExitCode.FAILED, Failures.report(new IllegalStateException("odd"), verb));
        assertTrue(err.toString().contains("This is a fault of crij"), err.toString());
        assertTrue(err.toString().contains("FailuresTest.faultOfOurOwnShowsWhere"), err.toString());
    }

    @Test
    void filesAreNamedTogetherWithWhatIsWrong() {
        assertEquals("/x does not exist", Failures.words(new NoSuchFileException("/x")));
        assertEquals("access to /x is denied; run it as root", Failures.words(new AccessDeniedException("/x")));
        assertEquals("/x: is full", Failures.words(new FileSystemException("/x", null, "is full")));
    }
}
