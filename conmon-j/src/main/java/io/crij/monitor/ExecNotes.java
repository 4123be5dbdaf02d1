package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The execs that are under way, one file each on tmpfs: nobody waits for an exec whose monitor was killed, so the next
/// monitor ends it, its children, and its shim. A process is known by its pid and start time together, since pids come
/// again.
final class ExecNotes {
    private static final System.Logger LOG = System.getLogger(ExecNotes.class.getName());
    static final String UNFINISHED = ".";

    private final RecordFolder folder;

    ExecNotes(RecordFolder folder) {
        this.folder = folder;
    }

    /// Removes itself when it is closed.
    record Note(@Nullable Path file) implements AutoCloseable {
        static final Note NONE = new Note(null);

        @Override
        public void close() {
            if (file == null) {
                return;
            }
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "the note of an exec stays: " + e.getMessage());
            }
        }
    }

    /// Notes an exec that has just begun. Goes on without a note when there is no room for it.
    Note write(String container, Shim shim) {
        int parent = shim.shimPid()
                .orElseGet(() ->
                        ProcessStat.of(shim.pid()).map(ProcessStat::parent).orElse(0));
        if (shim.pid() == 0) {
            return Note.NONE; // its runtime ends it
        }
        Path file = folder.execs(container).resolve(Integer.toString(shim.pid()));
        String text = shim.pid() + " " + startOf(shim.pid()) + " " + parent + " " + startOf(parent) + "\n";
        try {
            Files.createDirectories(file.getParent());
            // whole or not at all, whenever this monitor is killed
            Path fresh = file.resolveSibling(UNFINISHED + file.getFileName());
            Files.writeString(fresh, text, StandardCharsets.US_ASCII);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "an exec in container " + container + " cannot be noted", e);
        }
        return new Note(file);
    }

    /// Start time, 0 of a process that is gone.
    private static long startOf(int pid) {
        return ProcessStat.of(pid).map(ProcessStat::start).orElse(0L);
    }

    /// Ends what an earlier monitor left under way in the container.
    void endAll(LiveContainer container) throws IOException {
        try (DirectoryStream<Path> notes = Files.newDirectoryStream(folder.execs(container.id()))) {
            for (Path file : notes) {
                try (Note _ = new Note(file)) {
                    if (file.getFileName().toString().startsWith(UNFINISHED)) {
                        continue;
                    }
                    end(container, Files.readString(file, StandardCharsets.US_ASCII));
                }
            }
        } catch (NoSuchFileException e) {
            // no exec was ever begun
        }
    }

    private static void end(LiveContainer container, String text) {
        String[] fields = text.strip().split(" ");
        if (fields.length != 4) {
            LOG.log(System.Logger.Level.WARNING, "the note of an exec in " + container.id() + " was cut short");
            return;
        }
        int first = Integer.parseInt(fields[0]);
        Optional<ProcessStat> now = ProcessStat.of(first);
        // while others are in its session or group, the pid of one that is gone does not come again
        if (now.isEmpty() || now.get().start() == Long.parseLong(fields[1])) {
            new ExecTree(container, first).kill();
        }
        int shim = Integer.parseInt(fields[2]);
        long shimStart = Long.parseLong(fields[3]);
        if (shim > 1 && shimStart != 0 && startOf(shim) == shimStart) {
            kill(shim);
        }
        LOG.log(
                System.Logger.Level.INFO,
                "process " + first + ", executed in container " + container.id() + " by an earlier monitor, was ended");
    }

    private static void kill(int shim) {
        try {
            Signal.KILL.send(shim);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                LOG.log(System.Logger.Level.WARNING, "the shim of an exec stays: " + e.getMessage());
            }
        }
    }
}
