package io.crij.server.cli;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;

/// Turns what a server answered into a line that says what was tried, why it failed and what to do, and into an
/// [ExitCode].
final class Failures {
    // their other exit codes are those of the commands they run
    private static final Set<String> WRAPPERS = Set.of("run", "exec");

    private Failures() {}

    /// Makes a call; `what` completes "Tried to …" and, when it takes long, "waiting to …".
    static <T> T trying(String what, Supplier<T> call) {
        try (var _ = new Waiting(what)) {
            return tryingSilently(what, call);
        }
    }

    /// As [#trying], for calls whose duration is not ours.
    static <T> T tryingSilently(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (StatusRuntimeException e) {
            throw failure(what, e.getStatus(), e);
        }
    }

    static CliException failure(String what, StatusException e) {
        return failure(what, e.getStatus(), e);
    }

    private static CliException failure(String what, Status status, Exception cause) {
        var said = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        var message = "Tried to " + what + " but "
                + switch (status.getCode()) {
                    case UNAVAILABLE ->
                        "the server does not answer: " + said + causes(status)
                                + (causes(status).contains("Permission denied")
                                        ? "\nRun it as root, or as a member of the socket's group."
                                        : "\nIs it running? Ask with: systemctl status crij");
                    case DEADLINE_EXCEEDED ->
                        "it took too long" + (ofClient(said) ? "" : ": " + said)
                                + "\nAllow more with --timeout, or look at the server's log.";
                    case UNIMPLEMENTED -> "this server does not offer that: " + said;
                    case PERMISSION_DENIED, UNAUTHENTICATED -> "it was refused: " + said;
                    default -> said;
                };
        return new CliException(exitCode(status.getCode()), message, cause);
    }

    /// gRPC's own text about a deadline has facts for its authors only.
    private static boolean ofClient(String said) {
        return said.startsWith("CallOptions deadline") || said.startsWith("ClientCall started after");
    }

    private static String causes(Status status) {
        return status.getCause() == null ? "" : " (" + status.getCause().getMessage() + ")";
    }

    private static int exitCode(Status.Code code) {
        return switch (code) {
            case OK -> ExitCode.OK;
            case UNAVAILABLE -> ExitCode.UNREACHABLE;
            case NOT_FOUND -> ExitCode.NOT_FOUND;
            case DEADLINE_EXCEEDED -> ExitCode.TIMED_OUT;
            case CANCELLED,
                    UNKNOWN,
                    INVALID_ARGUMENT,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    RESOURCE_EXHAUSTED,
                    FAILED_PRECONDITION,
                    ABORTED,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    INTERNAL,
                    DATA_LOSS,
                    UNAUTHENTICATED -> ExitCode.FAILED;
        };
    }

    /// What picocli calls for an exception out of a command: one message, no stack trace.
    static int report(Exception e, CommandLine command) {
        var err = command.getErr();
        if (e instanceof CliException known) {
            print(known, err);
            return wrapped(command, known.exitCode());
        }
        if (e instanceof IOException io) {
            err.println("crij: Tried to run " + command.getCommandName() + " but " + words(io));
            err.flush();
            return wrapped(command, ExitCode.FAILED);
        }
        err.println("crij: Tried to run " + command.getCommandName() + " but " + e
                + "\nThis is a fault of crij; the lines below say where.");
        e.printStackTrace(err);
        err.flush();
        return wrapped(command, ExitCode.FAILED);
    }

    /// One that reads no more wants to know nothing more.
    static void print(CliException known, PrintWriter err) {
        if (known.exitCode() != ExitCode.NO_READER) {
            err.println("crij: " + known.getMessage());
            err.flush();
        }
    }

    private static int wrapped(CommandLine command, int code) {
        return code != ExitCode.NO_READER && WRAPPERS.contains(command.getCommandName()) ? ExitCode.NOT_RUN : code;
    }

    /// The JDK's exceptions about files carry the path alone as their message.
    static String words(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied; run it as root";
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case FileSystemException other ->
                other.getFile() + ": "
                        + (other.getReason() == null ? other.getClass().getSimpleName() : other.getReason());
            default -> String.valueOf(e.getMessage());
        };
    }
}
