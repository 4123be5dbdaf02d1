package io.crij.oci.runtime;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.WholeFile;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.json.RecordReader;
import io.crij.oci.json.RecordWriter;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux.Personality;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.Namespace.Type;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What has to be known to find a container again after a restart of the runtime: `state.json` in the container's
/// folder. Written before the container's process may live on without the runtime, and whole or not at all.
///
/// @param version of this record's format
/// @param rootfs as state shows it
/// @param created milliseconds since 1970
/// @param started whether the user's program was executed
/// @param pid of the first process; 0 while it is being created
/// @param processStart of that process in clock ticks after boot, so that the pid cannot come to mean another one
/// @param shim pid of the shim; 0 without one
/// @param cgroupsPath empty without cgroups
/// @param namespaces that the container does not share with the runtime
record ContainerRecord(
        int version,
        String ociVersion,
        String id,
        String bundle,
        String rootfs,
        long created,
        boolean started,
        int pid,
        long processStart,
        int shim,
        long shimStart,
        @Nullable ShimSlots slots,
        boolean pipes,
        String cgroupsPath,
        List<Type> namespaces,
        Map<String, String> annotations,
        List<Hook> poststart,
        List<Hook> poststop,
        ForExec exec) {
    /// What an exec shares with the first process.
    ///
    /// @param seccompFlags for the filter in the file `seccomp`; -1 without one
    record ForExec(
            List<IdMapping> uidMappings,
            @Nullable Personality personality,
            @Nullable MemoryPolicy memoryPolicy,
            int seccompFlags) {}

    static final int VERSION = 1;

    static final String FILE = "state.json";

    /// The same before it is in its place, as [WholeFile] names it.
    static final String UNFINISHED = FILE + ".new";

    ContainerRecord withProcess(int process, long start, int shimPid, long shimStarted, @Nullable ShimSlots shimSlots) {
        return new ContainerRecord(
                version,
                ociVersion,
                id,
                bundle,
                rootfs,
                created,
                started,
                process,
                start,
                shimPid,
                shimStarted,
                shimSlots,
                pipes,
                cgroupsPath,
                namespaces,
                annotations,
                poststart,
                poststop,
                exec);
    }

    ContainerRecord withStarted() {
        return new ContainerRecord(
                version,
                ociVersion,
                id,
                bundle,
                rootfs,
                created,
                true,
                pid,
                processStart,
                shim,
                shimStart,
                slots,
                pipes,
                cgroupsPath,
                namespaces,
                annotations,
                poststart,
                poststop,
                exec);
    }

    /// Makes the file; fails with `EEXIST` when the id is in use.
    void create(Path folder) throws ErrnoException {
        // before the other container's file for its next record would be touched
        if (At.exists(Fd.CWD, folder.resolve(FILE).toString())) {
            throw new ErrnoException(
                    "rename", Errno.EEXIST, folder.resolve(FILE).toString());
        }
        put(folder, true);
    }

    /// On a full disk what is shorter than the old one is written over it.
    void replace(Path folder) throws ErrnoException {
        try {
            put(folder, false);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOSPC && e.errno() != Errno.EDQUOT || !overwrite(folder)) {
                throw e;
            }
        }
    }

    private void put(Path folder, boolean first) throws ErrnoException {
        var file = new WholeFile(folder.resolve(FILE));
        try {
            if (first) {
                file.create(bytes());
            } else {
                file.write(bytes());
            }
        } catch (ErrnoException e) {
            throw new ErrnoException("write", e.errno(), folder.resolve(FILE).toString());
        }
    }

    /// In one write, which the kernel does not divide for so little.
    private boolean overwrite(Path folder) {
        try (Fd file = Fd.open(folder.resolve(FILE).toString(), FileFlags.O_RDWR)) {
            byte[] old = file.readAll(1 << 20);
            byte[] now = bytes();
            if (now.length > old.length) {
                return false;
            }
            byte[] padded = new byte[old.length];
            Arrays.fill(padded, (byte) ' ');
            System.arraycopy(now, 0, padded, 0, now.length);
            file.pwrite(padded, 0, padded.length, 0);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private byte[] bytes() {
        return RecordWriter.write(this, Objects::isNull);
    }

    static java.util.Optional<ContainerRecord> read(Path folder) throws IOException {
        try (Fd file = Fd.open(folder.resolve(FILE).toString(), FileFlags.O_RDONLY)) {
            return java.util.Optional.of(RecordReader.read(ContainerRecord.class, file.readAll(1 << 20)));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return java.util.Optional.empty();
            }
            throw e;
        }
    }
}
