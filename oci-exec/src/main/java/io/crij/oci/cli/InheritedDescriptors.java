package io.crij.oci.cli;

import io.crij.linux.Fd;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Spec;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Descriptors that the caller of this command has opened for the process: those of systemd (sd_listen_fds(3)), then
/// those that `--preserve-fds` counts, from 3 on.
final class InheritedDescriptors {
    private static final int FIRST = 3;
    private static final int MOST = 1024;
    private static final int O_CLOEXEC = 0x80000;

    private final Map<String, String> environment;
    private final long pid;

    InheritedDescriptors() {
        this(System.getenv(), ProcessHandle.current().pid());
    }

    InheritedDescriptors(Map<String, String> environment, long pid) {
        this.environment = environment;
        this.pid = pid;
    }

    /// How many come from systemd: none when they are meant for another process.
    int listening() {
        @Nullable String count = environment.get("LISTEN_FDS");
        if (count == null || !Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return 0;
        }
        try {
            return Math.clamp(Integer.parseInt(count), 0, MOST);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /// Tells the container's process of them, as systemd would.
    Spec announce(Spec spec) {
        int count = listening();
        var process = spec.process();
        if (count == 0 || process == null) {
            return spec;
        }
        return spec.with(s -> s.process = process.with(p -> {
            p.env.add("LISTEN_FDS=" + count);
            p.env.add("LISTEN_PID=1");
        }));
    }

    List<Fd> from3(int listening, int preserved) throws InvalidSpec {
        if (preserved < 0 || preserved > MOST) {
            throw new InvalidSpec("--preserve-fds", Integer.toString(preserved), "must be 0 to " + MOST);
        }
        List<Fd> descriptors = new ArrayList<>();
        for (int number = FIRST; number < FIRST + listening + preserved; number++) {
            if (!isGiven(number)) {
                throw new InvalidSpec(
                        "--preserve-fds",
                        Integer.toString(preserved),
                        "descriptor " + number + " was not open when this command was started");
            }
            descriptors.add(Fd.adopt(number));
        }
        return descriptors;
    }

    /// A number that the caller left free may be one of Java's own files by now, which is no business of a container.
    private static boolean isGiven(int number) {
        try {
            String file =
                    Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
            int flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + number)).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .mapToInt(line ->
                            Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                    .findFirst()
                    .orElse(0);
            List<String> jars =
                    List.of(System.getProperty("java.class.path", "").split(File.pathSeparator));
            boolean ofJava = file.startsWith(System.getProperty("java.home") + "/") || jars.contains(file);
            return (flags & O_CLOEXEC) == 0 && !ofJava;
        } catch (IOException _) {
            return false;
        }
    }
}
