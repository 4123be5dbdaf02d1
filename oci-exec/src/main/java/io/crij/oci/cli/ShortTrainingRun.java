package io.crij.oci.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the class cache of the verbs that do little is made from, at build time: a container that another process has
/// created is started, looked at, killed, deleted. See docs/decisions/001; the build's script makes the container,
/// and where it cannot, the cache knows what the verbs do without one.
final class ShortTrainingRun {
    private ShortTrainingRun() {}

    /// @param args a folder with the state in `state`, whose name is that of the container
    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        String root = folder.resolve("state").toString();
        String id = folder.getFileName().toString();
        String[][] lines = {
            {"state", "nobody"}, {"start", id}, {"state", id}, {"kill", id, "KILL"}, {"delete", "--force", id}
        };
        for (String[] line : lines) {
            var all = new ArrayList<>(List.of("--root", root));
            all.addAll(List.of(line));
            OciExec.command().run(all.toArray(String[]::new));
        }
        System.exit(0);
    }
}
