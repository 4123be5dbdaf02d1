package io.crij.e2e;

import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// On a host with cgroup v1 crun starts no container while the unified tree beside it still has a controller: the
/// commands of this object see that controller, hugetlb on the usual hosts, mounted as a v1 hierarchy. In a mount
/// namespace of their own; with its end the controller goes back.
public final class HugetlbHierarchy implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private final Path folder = ROOT.resolve("hugetlb");
    private final boolean needed;
    private final boolean made;

    public HugetlbHierarchy() throws IOException, ErrnoException {
        var tree = CgroupTree.detect();
        // whether the unified tree has it at this moment says nothing: another program may mount it and let it go
        needed = tree.mode() == CgroupTree.Mode.HYBRID
                && Files.readString(Path.of("/proc/cgroups")).contains("hugetlb")
                && tree.hierarchies().stream()
                        .noneMatch(hierarchy ->
                                !hierarchy.unified() && hierarchy.controllers().contains("hugetlb"));
        made = needed && !Files.exists(folder);
        if (made) {
            Files.createDirectory(folder);
        }
    }

    /// For a mount namespace that is there already: what makes it right; does nothing where nothing is needed.
    String mount() {
        return needed ? "mount -t cgroup -o hugetlb hugetlb " + folder : "true";
    }

    public List<String> inside(List<String> command) {
        var all = new ArrayList<String>();
        if (needed) {
            all.addAll(List.of("unshare", "--mount", "--propagation", "private", "sh", "-c"));
            all.add(mount() + " && exec \"$@\"");
            all.add("sh");
        }
        all.addAll(command);
        return all;
    }

    @Override
    public void close() throws IOException {
        if (made) {
            Files.delete(folder);
        }
    }
}
