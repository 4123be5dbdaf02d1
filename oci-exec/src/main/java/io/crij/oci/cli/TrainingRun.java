package io.crij.oci.cli;

import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the class cache of `oci-exec` is made from, at build time: its verbs in one JVM, on a bundle of their own. See
/// docs/decisions/001.
///
/// Only what callers do all day: each class in the cache is linked at every start, those of picocli too, which helps
/// and finds mistakes. A step that this machine does not allow (no root, no cgroups) is skipped: the cache then knows
/// fewer classes.
final class TrainingRun {
    private final Path folder;

    private TrainingRun(Path folder) {
        this.folder = folder;
    }

    /// @param args a folder with a root file system in `rootfs`, whose name becomes that of a container
    public static void main(String[] args) throws IOException {
        var run = new TrainingRun(Path.of(args[0]));
        System.exit(run.all(run.folder.getFileName().toString()));
    }

    /// The verbs, those that need a container with one. Their answers do not matter here.
    private int all(String id) throws IOException {
        String bundle = folder.toString();
        verb("features");
        verb("spec", "--bundle", bundle);
        Path once = config("once.json", "\"true\"");
        Path waits = config("waits.json", "\"sleep\", \"1000\"");
        Path process = Files.writeString(folder.resolve("process.json"), "{\"cwd\":\"/\",\"args\":[\"true\"]}");
        verb("list");
        verb("state", id);
        verb("explain", "--bundle", bundle);
        int code = verb("run", "--bundle", bundle, "--config", once.toString(), id);
        verb("create", "--bundle", bundle, "--config", waits.toString(), "--pid-file", bundle + "/pid", id);
        verb("start", id);
        verb("state", id);
        verb("list");
        verb("exec", id, "true");
        verb("exec", "--detach", "--process", process.toString(), id);
        verb("ps", "--format", "json", id);
        verb("events", "--stats", id);
        verb("update", "--pids-limit", "100", id);
        verb("pause", id);
        verb("resume", id);
        verb("kill", id, "KILL");
        verb("delete", "--force", id);
        return code;
    }

    private int verb(String... words) throws IOException {
        var all = new String[words.length + 2];
        all[0] = "--root";
        all[1] = folder.resolve("state").toString();
        System.arraycopy(words, 0, all, 2, words.length);
        int code = OciExec.command().run(all);
        standardStreams();
        return code;
    }

    /// A verb that starts a process gives them away: what Java opens next would be one.
    private static void standardStreams() throws IOException {
        for (int number = 0; number < 3; number++) {
            if (!Files.exists(Path.of("/proc/self/fd/" + number))) {
                Fd.open("/dev/null", FileFlags.O_RDWR);
            }
        }
    }

    /// The template, which asks for a terminal and a shell, with another command.
    private Path config(String name, String command) throws IOException {
        String template = Files.readString(folder.resolve("config.json"));
        return Files.writeString(
                folder.resolve(name),
                template.replaceFirst("\"terminal\"\\s*:\\s*true", "\"terminal\": false")
                        .replaceFirst("\"sh\"", command));
    }
}
