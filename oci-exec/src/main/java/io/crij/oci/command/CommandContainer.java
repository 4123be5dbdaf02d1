package io.crij.oci.command;

import io.crij.linux.At;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A container of a [CommandRuntime]. Its lock serialises the verbs on it.
final class CommandContainer {
    static final String CONFIG = "config.json";
    static final String EXIT = "exit";
    static final String WAITED = "waited";
    static final String PID = "pid";

    private final Path folder;
    private final Optional<Cgroup> cgroup;
    private volatile CommandRecord record;

    CommandContainer(Path folder, CommandRecord record, Optional<Cgroup> cgroup) {
        this.folder = folder;
        this.record = record;
        this.cgroup = cgroup;
    }

    Path folder() {
        return folder;
    }

    CommandRecord record() {
        return record;
    }

    String id() {
        return record.id();
    }

    Optional<Cgroup> cgroup() {
        return cgroup;
    }

    /// Whether the process that the runtime reports is there.
    boolean alive() {
        return record.pid() != 0 && Subreapers.alive(record.pid(), record.start());
    }

    void become(CommandRecord next) throws StepFailed {
        try {
            CommandRecord.FILE.write(folder, next);
            record = next;
        } catch (ErrnoException e) {
            throw new StepFailed("cannot write the record of container " + id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// Removes our files, and the folder unless somebody else has something in it. Idempotent.
    static void removeFiles(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(
                folder, "{" + CONFIG + "," + EXIT + "," + WAITED + "," + PID + "*,process-*,runtime.log.*}")) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        } catch (java.nio.file.NoSuchFileException e) {
            return;
        }
        CommandRecord.FILE.remove(folder);
        try {
            At.rmdir(Fd.CWD, folder.toString());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTEMPTY && e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }
}
