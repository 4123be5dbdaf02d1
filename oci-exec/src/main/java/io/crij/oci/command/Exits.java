package io.crij.oci.command;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.command.CommandSettings.Dialect;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.Subreaper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// Where it stands how a container ended: its process was a child of the subreaper, or the runtime's `wait` has
/// said it.
final class Exits {
    private static final JsonFactory JSON = new JsonFactory();

    private Exits() {}

    static Subreaper.Exits of(CommandContainer container) {
        if (container.record().settings().dialect() == Dialect.RUNC) {
            return Subreaper.Exits.ofPid(container.record().pid());
        }
        Path waited = container.folder().resolve(CommandContainer.WAITED);
        return (_, told) -> waited(waited).or(() -> gone(container, told));
    }

    /// `{"id":"…","exitStatus":7}`, as runsc writes it.
    private static Optional<ExitStatus> waited(Path file) throws ErrnoException {
        try (Fd fd = Fd.open(file.toString(), FileFlags.O_RDONLY)) {
            OptionalInt code = code(fd.readAll(1 << 12));
            return code.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new ExitStatus(
                            code.getAsInt(),
                            Instant.ofEpochSecond(
                                    fd.stat().modifiedSeconds(), fd.stat().modifiedNanos())));
        }
    }

    static OptionalInt code(byte[] json) {
        try (JsonParser in = JSON.createParser(json)) {
            while (in.nextToken() != null) {
                if (in.currentToken() == JsonToken.VALUE_NUMBER_INT && "exitStatus".equals(in.currentName())) {
                    int code = in.getIntValue();
                    // the whole object must be there
                    return in.nextToken() == null ? OptionalInt.empty() : OptionalInt.of(code);
                }
            }
        } catch (IOException e) {
            // not written yet, or not whole
        }
        return OptionalInt.empty();
    }

    /// The sandbox has ended, or the `wait`, and neither has said more.
    private static Optional<ExitStatus> gone(CommandContainer container, boolean told) {
        return told || !container.alive()
                ? Optional.of(ExitStatus.unseen(
                        "its sandbox has ended, or the runtime's `wait`, without saying how the container did"))
                : Optional.empty();
    }
}
