package io.crij.oci.cgroup;

import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Fd;
import io.crij.linux.Inotify;
import io.crij.linux.abi.FileFlags;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells when the kernel runs out of memory in a container's group: inotify on `memory.events` of version 2, an event
/// descriptor on `memory.oom_control` of version 1. Thread-safe.
///
/// The number of kills is the truth and the event only a hint: version 1 raises it before it has killed, and both
/// raise it when the group goes. So whoever wants to know why a process ended asks [#kills] then.
public final class OomWatch implements AutoCloseable {
    private final Path counters;
    private final @Nullable Inotify inotify;
    private final @Nullable EventFd event;

    /// @throws ErrnoException when the group, or its memory controller, is not there
    public OomWatch(CgroupFolders folders) throws ErrnoException {
        Optional<Path> v1 = folders.v1("memory");
        if (v1.isPresent()) {
            counters = v1.get().resolve("memory.oom_control");
            inotify = null;
            event = register(v1.get(), counters);
        } else {
            counters = folders.v2().orElseThrow().resolve("memory.events");
            event = null;
            inotify = new Inotify();
            try {
                inotify.watch(counters.toString(), Inotify.MODIFY);
            } catch (ErrnoException e) {
                inotify.close();
                throw e;
            }
        }
    }

    /// Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control".
    private static EventFd register(Path folder, Path control) throws ErrnoException {
        var event = new EventFd();
        try (Fd watched = Fd.open(control.toString(), FileFlags.O_RDONLY)) {
            String line = event.fd().number() + " " + watched.number();
            Writes.write(folder.resolve("cgroup.event_control"), line);
            return event;
        } catch (ErrnoException e) {
            event.close();
            throw e;
        }
    }

    /// Becomes readable when something happened; for epoll. Stays ours.
    public Fd fd() {
        if (event != null) {
            return event.fd();
        }
        if (inotify != null) {
            return inotify.fd();
        }
        throw new IllegalStateException("a watch has one of the two");
    }

    /// Takes the events off [#fd] and returns [#kills].
    public long drain() throws ErrnoException {
        if (event != null) {
            event.drain();
        }
        if (inotify != null) {
            inotify.poll();
        }
        return kills();
    }

    /// Processes of this group and those below that the kernel has killed for memory so far; 0 when the group is gone.
    public long kills() {
        return Writes.tryRead(counters)
                .flatMap(text -> text.lines()
                        .filter(line -> line.startsWith("oom_kill "))
                        .map(line -> Long.parseLong(line.substring("oom_kill ".length())))
                        .findFirst())
                .orElse(0L);
    }

    @Override
    public void close() {
        if (event != null) {
            event.close();
        }
        if (inotify != null) {
            inotify.close();
        }
    }
}
