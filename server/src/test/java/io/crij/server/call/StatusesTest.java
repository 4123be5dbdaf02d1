package io.crij.server.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.image.Digest;
import io.crij.image.ImageException;
import io.crij.image.Platform;
import io.crij.monitor.MonitorException;
import io.crij.sandbox.SandboxException;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusesTest {
    private static final Digest DIGEST = Digest.of(new byte[0]);
    private static final Path PATH = Path.of("/x");

    private static final Map<Exception, Status.Code> SANDBOX = Map.ofEntries(
            Map.entry(new SandboxException.NotFound("pod", "a"), Status.Code.NOT_FOUND),
            Map.entry(new SandboxException.NameInUse("pod", "n", "a"), Status.Code.ALREADY_EXISTS),
            Map.entry(new SandboxException.WrongState("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.Invalid("f", "v", "r"), Status.Code.INVALID_ARGUMENT),
            Map.entry(new SandboxException.HandlerUnknown("h", List.of("crij")), Status.Code.INVALID_ARGUMENT),
            Map.entry(new SandboxException.Unsupported("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.Refused("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.ImageVolumeFailed("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.RecursiveReadOnlyUnsupported("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.NetworkFailed("m", null), Status.Code.INTERNAL),
            Map.entry(new SandboxException.CommandNotFound("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.CommandNotExecutable("m"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new SandboxException.RuntimeFailed("m", 5, null), Status.Code.INTERNAL),
            Map.entry(new SandboxException.MonitorUnavailable("m", null), Status.Code.UNAVAILABLE),
            Map.entry(new SandboxException.StorageFailed("read", PATH, new IOException("e")), Status.Code.INTERNAL),
            Map.entry(new SandboxException.TimedOut("m", Duration.ofSeconds(1)), Status.Code.DEADLINE_EXCEEDED),
            Map.entry(new SandboxException.Cancelled("m"), Status.Code.CANCELLED));

    private static final Map<Exception, Status.Code> IMAGE = Map.ofEntries(
            Map.entry(new ImageException.InvalidReference("t", "r"), Status.Code.INVALID_ARGUMENT),
            Map.entry(new ImageException.InvalidCredentials("r"), Status.Code.INVALID_ARGUMENT),
            Map.entry(new ImageException.NotFound("i", "m"), Status.Code.NOT_FOUND),
            Map.entry(new ImageException.RegistryUnavailable("h", "m"), Status.Code.UNKNOWN),
            Map.entry(new ImageException.Unauthorized("h", "m"), Status.Code.UNAUTHENTICATED),
            Map.entry(new ImageException.Denied("h", "m"), Status.Code.PERMISSION_DENIED),
            Map.entry(new ImageException.RateLimited("h", "w", Optional.empty()), Status.Code.RESOURCE_EXHAUSTED),
            Map.entry(new ImageException.UnexpectedAnswer("h", "w", 500, "r"), Status.Code.UNKNOWN),
            Map.entry(new ImageException.DigestMismatch("w", DIGEST, DIGEST), Status.Code.DATA_LOSS),
            Map.entry(new ImageException.UnsupportedMediaType("w", "m", "a"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new ImageException.InvalidManifest("w", "r"), Status.Code.FAILED_PRECONDITION),
            Map.entry(
                    new ImageException.NoMatchingPlatform("i", Platform.host(), List.of()),
                    Status.Code.FAILED_PRECONDITION),
            Map.entry(new ImageException.CorruptLayer(DIGEST, "r"), Status.Code.DATA_LOSS),
            Map.entry(new ImageException.UnsafeLayer(DIGEST, "e", "r"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new ImageException.NoSpace(PATH, "w", new IOException("e")), Status.Code.RESOURCE_EXHAUSTED),
            Map.entry(new ImageException.Timeout("h", "w", Duration.ofSeconds(1)), Status.Code.DEADLINE_EXCEEDED),
            Map.entry(new ImageException.InvalidHostConfig(PATH, "r"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new ImageException.InvalidArchive(PATH, "r"), Status.Code.FAILED_PRECONDITION),
            Map.entry(new ImageException.StoreFailed(PATH, "w", new IOException("e")), Status.Code.INTERNAL));

    @Test
    void everyCaseOfTheSandboxHasItsCode() {
        assertEquals(Set.of(SandboxException.class.getPermittedSubclasses()), types(SANDBOX));
        assertCodes(SANDBOX);
    }

    @Test
    void everyCaseOfTheImagesHasItsCode() {
        assertEquals(Set.of(ImageException.class.getPermittedSubclasses()), types(IMAGE));
        assertCodes(IMAGE);
    }

    @Test
    void everyCodeOfTheMonitorHasItsCode() {
        var codes = new HashSet<Status.Code>();
        for (var code : MonitorException.Code.values()) {
            codes.add(Statuses.of(new MonitorException(code, "m", 0)).getCode());
        }
        assertTrue(codes.containsAll(Arrays.asList(Status.Code.NOT_FOUND, Status.Code.UNAVAILABLE)));
        assertFalse(codes.contains(Status.Code.OK));
    }

    @Test
    void kubeletFindsThePrefixesItLooksFor() {
        assertDescription("RegistryUnavailable: why", new ImageException.RegistryUnavailable("h", "why"));
        assertDescription("ImageVolumeMountFailed: why", new SandboxException.ImageVolumeFailed("why"));
        assertDescription("RROUnsupported: why", new SandboxException.RecursiveReadOnlyUnsupported("why"));
    }

    private static void assertDescription(String expected, Exception failure) {
        assertEquals(expected, Statuses.of(failure).getDescription());
    }

    @Test
    void messageAndCauseAreKept() {
        var failure = new IllegalStateException("broken");
        assertEquals(Status.Code.INTERNAL, Statuses.of(failure).getCode());
        assertEquals("broken", Statuses.of(failure).getDescription());
        assertEquals(failure, Statuses.of(failure).getCause());
        assertEquals(
                "java.lang.NullPointerException",
                Statuses.of(new NullPointerException()).getDescription());
    }

    private static void assertCodes(Map<Exception, Status.Code> expected) {
        expected.forEach((failure, code) -> assertEquals(
                code, Statuses.of(failure).getCode(), failure.getClass().getSimpleName()));
    }

    private static Set<Class<?>> types(Map<Exception, Status.Code> failures) {
        var types = new HashSet<Class<?>>();
        failures.keySet().forEach(failure -> types.add(failure.getClass()));
        return types;
    }
}
