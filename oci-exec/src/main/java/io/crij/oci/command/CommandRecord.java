package io.crij.oci.command;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import io.crij.oci.runtime.Subreaper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What has to be known to drive a container on after a restart: `command.json` in its folder, whole or not at all.
///
/// @param created milliseconds since 1970
/// @param pid as the runtime reports it; 0 while it is being created
/// @param start of that process, so that the pid cannot come to mean another one
/// @param subreaper null while it is being created
/// @param cgroupsPath that was asked for; empty: none
/// @param mounted whether its root is a mount of ours
record CommandRecord(
        int version,
        String id,
        CommandSettings settings,
        String ociVersion,
        String bundle,
        long created,
        boolean started,
        int pid,
        long start,
        Subreaper.@Nullable Handle subreaper,
        String cgroupsPath,
        boolean mounted,
        Map<String, String> annotations) {
    static final int VERSION = 1;
    static final String FILE = "command.json";

    CommandRecord withProcess(int process, long began, Subreaper.Handle handle) {
        return new CommandRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                started,
                process,
                began,
                handle,
                cgroupsPath,
                mounted,
                annotations);
    }

    CommandRecord withStarted() {
        return new CommandRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                true,
                pid,
                start,
                subreaper,
                cgroupsPath,
                mounted,
                annotations);
    }

    void write(Path folder) throws ErrnoException {
        String fresh = folder.resolve(FILE + ".new").toString();
        try (Fd file = Fd.open(fresh, FileFlags.O_WRONLY | FileFlags.O_CREAT | FileFlags.O_TRUNC, 0600)) {
            file.write(RecordWriter.write(this, Objects::isNull));
        }
        At.rename(Fd.CWD, fresh, Fd.CWD, folder.resolve(FILE).toString(), 0);
    }

    /// Empty when no such runtime has a container there.
    static Optional<CommandRecord> read(Path folder) throws IOException {
        try (Fd file = Fd.open(folder.resolve(FILE).toString(), FileFlags.O_RDONLY)) {
            return Optional.of(RecordReader.read(CommandRecord.class, file.readAll(1 << 20)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
