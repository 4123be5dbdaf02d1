package io.crij.oci.cli;

import io.crij.linux.Epoll;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.cgroup.CgroupStats;
import io.crij.oci.cgroup.OomWatch;
import io.crij.oci.json.RecordWriter;
import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

final class Events implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax(
            "events",
            "Prints what a container uses every so often, and when the kernel kills in it for memory, as JSON.");

    private final Argument<Boolean> once = syntax.flag("--stats", "Print what it uses once, and end.");
    private final Argument<String> interval =
            syntax.text("--interval", "DURATION", "5s", "Such as 500ms, 5s, 1m (${DEFAULT-VALUE}).");
    private final Argument<String> id = syntax.id();

    /// One line of the output.
    record Event(String type, String id, @Nullable CgroupStats data) {}

    Events(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        OciRuntime runtime = command.runtime();
        Duration every = duration(interval.value());
        ContainerState state = runtime.state(id.value());
        if (state.status() == Status.STOPPED || state.status() == Status.CREATING) {
            throw new WrongState("container with id " + id.value() + " is not running");
        }
        CgroupFolders folders = runtime.cgroups(id.value());
        if (once.value()) {
            print(new Event("stats", id.value(), CgroupStats.of(folders)));
            return 0;
        }
        try (var process = new Pidfd(state.pid());
                var memory = new OomWatch(folders)) {
            watch(folders, process, memory, every);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                throw new StepFailed("cannot watch container " + id.value() + ": " + e.getMessage(), e.errno(), e);
            }
        }
        return 0;
    }

    /// Until the container ends.
    private void watch(CgroupFolders folders, Pidfd process, OomWatch memory, Duration every) throws ErrnoException {
        try (var epoll = new Epoll()) {
            epoll.add(memory.fd(), Epoll.IN, 1);
            epoll.add(process.fd(), Epoll.IN, 2);
            long killed = memory.kills();
            long next = System.nanoTime() + every.toNanos();
            while (process.alive()) {
                epoll.await(Duration.ofNanos(Math.max(0, next - System.nanoTime())), (_, _) -> {});
                for (long kills = memory.drain(); killed < kills; killed++) {
                    print(new Event("oom", id.value(), null));
                }
                if (next - System.nanoTime() <= 0 && process.alive()) {
                    print(new Event("stats", id.value(), CgroupStats.of(folders)));
                    next = System.nanoTime() + every.toNanos();
                }
            }
        }
    }

    private void print(Event event) {
        command.out().println(new String(RecordWriter.write(event, Objects::isNull), StandardCharsets.UTF_8));
        command.out().flush();
    }

    /// As Go writes them, one unit.
    static Duration duration(String text) throws InvalidSpec {
        String number = text.replaceFirst("[a-z]+$", "");
        try {
            long value = Long.parseLong(number);
            Duration duration = switch (text.substring(number.length())) {
                case "ms" -> Duration.ofMillis(value);
                case "s" -> Duration.ofSeconds(value);
                case "m" -> Duration.ofMinutes(value);
                case "h" -> Duration.ofHours(value);
                default -> Duration.ZERO;
            };
            if (duration.isPositive()) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException _) {
            // said below
        }
        throw new InvalidSpec("--interval", text, "must be a time such as 500ms, 5s, 1m");
    }
}
