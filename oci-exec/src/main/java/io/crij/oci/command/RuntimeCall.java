package io.crij.oci.command;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Memfd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.TimedOut;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.runtime.Subreaper;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One call of a runtime: its command line, its time, its log, and what its failure means. When the time is over,
/// the call is killed with everything that it has started.
final class RuntimeCall {
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final int LONGEST_LOG = 1 << 20;
    private static final int LONGEST_COMPLAINT = 1 << 16;
    private static final List<String> ENVIRONMENT =
            List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", "LANG=C.UTF-8");

    private final CommandSettings settings;
    private final Subreapers subreapers;
    private final String id;
    private final Path log;
    private final List<String> verb;

    /// @param folder for its log
    /// @param verb with its options and arguments
    RuntimeCall(CommandSettings settings, Subreapers subreapers, String id, Path folder, List<String> verb) {
        this.settings = settings;
        this.subreapers = subreapers;
        this.id = id;
        this.log = folder.resolve("runtime.log." + NUMBERS.incrementAndGet());
        this.verb = verb;
    }

    /// Runs a verb that leaves nothing behind.
    ///
    /// @return what it wrote to standard output
    String run() throws OciException, InterruptedException {
        try (var output = new RuntimeOutput();
                Subreaper call = start(output.stdio(), Memfd.create("crij-exit"), null, Optional.empty(), null)) {
            finish(call, settings.time(), () -> output.complaint(LONGEST_COMPLAINT));
            String said = output.stdout();
            call.leave();
            return said;
        } catch (ErrnoException e) {
            String problem = e.errno() == Errno.EFBIG ? " printed too much: " : " could not be started: ";
            throw new StepFailed(what() + problem + e.getMessage(), e.errno(), e);
        }
    }

    /// The same with streams that it hands on.
    void run(Stdio.Given stdio) throws OciException, InterruptedException {
        try (Subreaper call = start(stdio, Memfd.create("crij-exit"), null, Optional.empty(), null)) {
            finish(call, settings.time());
            call.leave();
        } catch (ErrnoException e) {
            throw new StepFailed(what() + " could not be started: " + e.getMessage(), e.errno(), e);
        }
    }

    /// Starts a verb. The caller ends it, with [Subreaper#close] or otherwise.
    Subreaper start(
            Stdio stdio, Fd exitRecords, @Nullable Fd console, Optional<List<String>> waiter, @Nullable Fd waited)
            throws ErrnoException {
        return subreapers.start(new Subreaper.Request(
                id, arguments(log.toString()), ENVIRONMENT, "/", stdio, exitRecords, console, waiter, waited));
    }

    /// Waits for its end.
    ///
    /// @throws OciException when it failed, or did not end in time
    void finish(Subreaper call, Duration atMost) throws OciException, InterruptedException {
        finish(call, atMost, call::said);
    }

    private void finish(Subreaper call, Duration atMost, Said words) throws OciException, InterruptedException {
        try {
            Optional<ExitStatus> exit = call.await(atMost);
            if (exit.isEmpty()) {
                String said = complaint(words).map(text -> "; it said: " + text).orElse("");
                call.close();
                throw new TimedOut(what() + ", which was killed with all that it had started" + said, atMost);
            }
            if (exit.get().code() != 0) {
                throw failure(exit.get().code(), complaint(words));
            }
        } finally {
            try {
                Files.deleteIfExists(log);
            } catch (IOException e) {
                // it goes with the container's folder
            }
        }
    }

    /// What it has printed so far.
    private interface Said {
        String text() throws ErrnoException;
    }

    private OciException failure(int code, Optional<String> said) {
        if (said.isEmpty()) {
            return new StepFailed(
                    what() + " failed with exit code " + code + " and said nothing; try it by hand: "
                            + String.join(" ", arguments("/dev/stderr")),
                    0);
        }
        return Complaint.of(id, what(), said.get());
    }

    private Optional<String> complaint(Said words) {
        Optional<String> logged = Optional.empty();
        try (Fd file = Fd.open(log.toString(), FileFlags.O_RDONLY)) {
            logged = RuntimeLog.error(file.readAll(LONGEST_LOG));
        } catch (ErrnoException e) {
            // it has written none, or far too much
        }
        try {
            return logged.or(() -> said(words));
        } catch (RuntimeException e) {
            return logged;
        }
    }

    private static Optional<String> said(Said words) {
        try {
            String said = RuntimeLog.shortened(words.text());
            return said.isEmpty() ? Optional.empty() : Optional.of(said);
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private String what() {
        return settings.path() + " " + verb.getFirst() + " (handler " + settings.name() + ") of container " + id;
    }

    List<String> arguments(String logFile) {
        List<String> all = new ArrayList<>();
        all.add(settings.path());
        all.addAll(List.of("--root", settings.root(), "--log", logFile, "--log-format", "json"));
        if (settings.systemdCgroup()) {
            all.add("--systemd-cgroup");
        }
        all.addAll(settings.options());
        all.addAll(verb);
        return all;
    }
}
