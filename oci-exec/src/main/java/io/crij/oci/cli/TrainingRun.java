package io.crij.oci.cli;

import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What the class cache of `oci-exec` is made from, at build time: its verbs in one JVM, on a bundle of their own. See
/// docs/decisions/001.
///
/// A step that this machine does not allow (no root, no cgroups) is skipped: the cache then knows fewer classes.
final class TrainingRun {
    private final Path folder;

    private TrainingRun(Path folder) {
        this.folder = folder;
    }

    /// @param args a folder with a root file system in `rootfs`, whose name becomes that of a container
    public static void main(String[] args) throws IOException {
        var run = new TrainingRun(Path.of(args[0]));
        run.verb("--help");
        run.verb("features");
        run.verb("spec", "--bundle", run.folder.toString());
        run.adaptTemplate();
        run.verb("list");
        run.verb("explain", "--bundle", run.folder.toString());
        var id = run.folder.getFileName().toString();
        run.verb("state", id);
        run.verb("kill", id, "KILL");
        run.verb("delete", "--force", id);
        // the last, since it gives the standard streams away
        System.exit(run.verb("run", "--bundle", run.folder.toString(), id));
    }

    private int verb(String... words) {
        var all = new String[words.length + 2];
        all[0] = "--root";
        all[1] = folder.resolve("state").toString();
        System.arraycopy(words, 0, all, 2, words.length);
        return new OciExec(
                        root -> new BuiltinRuntime(root, Labels.Policy.WHERE_PRESENT),
                        OciExec::effectiveUser,
                        System.out,
                        System.err)
                .run(all);
    }

    /// The template asks for a terminal and a shell.
    private void adaptTemplate() throws IOException {
        var file = folder.resolve("config.json");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("\"terminal\"\\s*:\\s*true", "\"terminal\": false")
                        .replaceFirst("\"sh\"", "\"true\""));
    }
}
