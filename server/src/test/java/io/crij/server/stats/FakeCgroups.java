package io.crij.server.stats;

import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Cgroup trees of plain files.
final class FakeCgroups {
    private final Path root;

    FakeCgroups(Path root) {
        this.root = root;
    }

    CgroupTree v2() {
        return new CgroupTree(CgroupTree.Mode.V2, List.of(unified()));
    }

    CgroupTree v1(String... controllers) {
        return new CgroupTree(CgroupTree.Mode.V1, v1Hierarchies(controllers));
    }

    CgroupTree hybrid(String... controllers) {
        var all = new ArrayList<CgroupHierarchy>(List.of(unified()));
        all.addAll(v1Hierarchies(controllers));
        return new CgroupTree(CgroupTree.Mode.HYBRID, all);
    }

    private CgroupHierarchy unified() {
        return new CgroupHierarchy(true, Set.of(), root.resolve("unified").toString(), "/", "/");
    }

    private List<CgroupHierarchy> v1Hierarchies(String... controllers) {
        return List.of(controllers).stream()
                .map(name -> new CgroupHierarchy(
                        false, Set.of(name), root.resolve(name).toString(), "/", "/"))
                .toList();
    }

    /// @param tree `unified` or a controller
    void write(String tree, String cgroup, String file, String text) throws IOException {
        var folder = Files.createDirectories(root.resolve(tree).resolve(cgroup.substring(1)));
        Files.writeString(folder.resolve(file), text);
    }
}
