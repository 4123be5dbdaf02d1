package io.crij.shim;

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

/// What has to be known to drive a container on after a restart: `shim.json` in its folder, whole or not at all.
///
/// @param bundle folder that it was asked for with
/// @param created milliseconds since 1970
/// @param sandbox whether it is the first of its shim
/// @param address null while its shim is being started
/// @param process null while it is being created
/// @param holder of its streams; null while it is being created
/// @param cgroupsPath that was asked for; empty: none
/// @param mounted whether its root is a mount of ours
record ShimRecord(
        int version,
        String id,
        ShimSettings settings,
        String ociVersion,
        String bundle,
        long created,
        boolean sandbox,
        boolean started,
        @Nullable ShimAddress address,
        @Nullable Processes process,
        Subreaper.@Nullable Handle holder,
        Streams streams,
        String cgroupsPath,
        boolean mounted,
        Map<String, String> annotations) {
    static final int VERSION = 1;
    static final String FILE = "shim.json";

    /// Pids with the start of each, so that they cannot come to mean other ones.
    ///
    /// @param pid as the shim tells it, which may be that of a virtual machine
    /// @param shim 0: it has not told
    record Processes(int pid, long start, int shim, long shimStart) {}

    ShimRecord withShim(ShimAddress found) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                started,
                found,
                process,
                holder,
                streams,
                cgroupsPath,
                mounted,
                annotations);
    }

    ShimRecord withProcess(Processes made, Subreaper.Handle held) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                started,
                address,
                made,
                held,
                streams,
                cgroupsPath,
                mounted,
                annotations);
    }

    ShimRecord withStarted(Processes now) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                true,
                address,
                now,
                holder,
                streams,
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

    /// Empty when no shim has a container there.
    static Optional<ShimRecord> read(Path folder) throws IOException {
        try (Fd file = Fd.open(folder.resolve(FILE).toString(), FileFlags.O_RDONLY)) {
            return Optional.of(RecordReader.read(ShimRecord.class, file.readAll(1 << 20)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
