package io.crij.shim;

import io.crij.linux.ErrnoException;
import io.crij.linux.WholeFile;
import io.crij.oci.cgroup.Cgroup;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A container of a shim. Its lock serialises the verbs on it; that it has ended is told by whoever sees it first, also
/// while a verb waits for that.
final class ShimContainer {
    private static final System.Logger LOG = System.getLogger(ShimContainer.class.getName());
    static final String MAIN = "main";
    private static final String EXIT = "shim.exit";
    private static final String OUT_OF_MEMORY = "shim.oom";

    private final ShimTools tools;
    private final Path folder;
    private final Path bundle;
    private final Optional<Cgroup> cgroup;
    /// Down once it has ended.
    final CountDownLatch ended = new CountDownLatch(1);

    private volatile ShimRecord record;
    private volatile @Nullable ExitStatus exit;
    private volatile boolean outOfMemory;
    private final Object ending = new Object();
    private NamedPipes.Held held = NamedPipes.Held.NOTHING;
    private boolean watched;
    private boolean taskGone;

    ShimContainer(ShimTools tools, ShimRecord record, Optional<Cgroup> cgroup) throws IOException {
        this.tools = tools;
        this.folder = tools.containers().resolve(record.id());
        this.bundle = tools.bundles().resolve(record.id());
        this.record = record;
        this.cgroup = cgroup;
        this.exit = readExit();
        this.outOfMemory = Files.exists(folder.resolve(OUT_OF_MEMORY));
        if (exit != null) {
            ended.countDown();
        }
    }

    String id() {
        return record.id();
    }

    Path folder() {
        return folder;
    }

    Path bundle() {
        return bundle;
    }

    ShimRecord record() {
        return record;
    }

    Optional<Cgroup> cgroup() {
        return cgroup;
    }

    NamedPipes pipes() {
        return NamedPipes.of(bundle, MAIN, record.streams());
    }

    Task task() throws WrongState {
        return tools.task(address(), id());
    }

    ShimAddress address() throws WrongState {
        @Nullable ShimAddress address = record.address();
        if (address == null) {
            throw new WrongState("container " + id() + " was still being created");
        }
        return address;
    }

    void become(ShimRecord next) throws StepFailed {
        try {
            ShimRecord.FILE.write(folder, next);
            record = next;
        } catch (ErrnoException e) {
            throw new StepFailed("cannot write the record of container " + id() + ": " + e.getMessage(), e.errno(), e);
        }
    }

    /// Keeps both ends of its pipes open until [#letGo].
    void hold() throws ErrnoException {
        held = pipes().hold();
    }

    void letGo() {
        held.close();
    }

    /// True the first time.
    synchronized boolean watch() {
        boolean first = !watched;
        watched = true;
        return first;
    }

    Optional<ExitStatus> exit() {
        return Optional.ofNullable(exit);
    }

    boolean outOfMemory() {
        return outOfMemory;
    }

    /// Whether the process that the shim tells of is there.
    boolean alive() {
        ShimRecord.@Nullable Processes known = record.process();
        return known != null && known.pid() != 0 && Subreapers.alive(known.pid(), known.start());
    }

    /// The shim has said so.
    void ranOutOfMemory() {
        outOfMemory = true;
        try {
            Files.write(folder.resolve(OUT_OF_MEMORY), new byte[0]);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "that " + id() + " ran out of memory is not noted", e);
        }
    }

    /// It has ended: first on disk, then told. Only the first time counts.
    void end(ExitStatus status) {
        synchronized (ending) {
            if (exit == null) {
                write(status);
                exit = status;
                ended.countDown();
                tellEnd();
            }
        }
    }

    private void write(ExitStatus status) {
        String text = status.code() + " " + status.finishedAt().getEpochSecond() + " "
                + status.finishedAt().getNano() + " " + status.known() + "\n"
                + Objects.requireNonNullElse(status.unseen(), "");
        try {
            exitFile(folder).write(text.getBytes(StandardCharsets.UTF_8));
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "how container " + id() + " has ended is not written down", e);
        }
    }

    private static WholeFile exitFile(Path folder) {
        return new WholeFile(folder.resolve(EXIT));
    }

    private void tellEnd() {
        Subreaper.@Nullable Handle holder = record.holder();
        if (holder == null) {
            return;
        }
        try {
            tools.subreapers().tellEnd(holder);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "nobody is there to be told that " + id() + " has ended", e);
        }
    }

    private @Nullable ExitStatus readExit() throws IOException {
        try {
            String[] parts = Files.readString(folder.resolve(EXIT)).split("\n", 2);
            String[] fields = parts[0].split(" ");
            var at = Instant.ofEpochSecond(Long.parseLong(fields[1]), Long.parseLong(fields[2]));
            @Nullable String unseen = Boolean.parseBoolean(fields[3]) ? null : parts[1];
            return new ExitStatus(Integer.parseInt(fields[0]), at, unseen);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /// Has the shim forget the container, once. Its process has ended.
    void deleteTask() throws OciException, InterruptedException {
        synchronized (ended) {
            if (!taskGone) {
                try {
                    task().delete("");
                } catch (OciException.NotFound e) {
                    // it never came to be, or is gone already
                }
                taskGone = true;
            }
        }
    }

    /// Removes our files, and the folder unless somebody else has something in it. Idempotent.
    static void removeFiles(Path folder) throws IOException {
        Files.deleteIfExists(exitFile(folder).unfinished());
        for (String file : new String[] {EXIT, OUT_OF_MEMORY}) {
            Files.deleteIfExists(folder.resolve(file));
        }
        ShimRecord.FILE.remove(folder);
        try {
            Files.deleteIfExists(folder);
        } catch (java.nio.file.DirectoryNotEmptyException e) {
            // the monitor's
        }
    }
}
