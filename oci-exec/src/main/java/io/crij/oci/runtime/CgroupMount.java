package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import io.crij.oci.spec.Namespace.Type;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The container's view of its control groups. On version 1 a tmpfs with a bind of the container's own group of each
/// tree, and links for controllers that share one.
final class CgroupMount {
    private final Setup setup;
    private final FileSystem fileSystem;
    private final CgroupFolders folders;
    private final Runnable before;
    private final Register mount;
    private final Register group;
    private final Register place;

    CgroupMount(Setup setup, FileSystem fileSystem, CgroupFolders folders, Runnable before) {
        this.setup = setup;
        this.fileSystem = fileSystem;
        this.folders = folders;
        this.before = before;
        mount = setup.p.register("cgroups");
        group = setup.p.register("group");
        place = setup.p.register("groupPlace");
    }

    void attach(Mount config, MountOptions options, Register target) throws InvalidSpec {
        before.run();
        if (folders.host().pure()) {
            unified(config, options, target);
        } else {
            trees(config, options, target);
        }
        setup.steps.close(mount);
    }

    private void unified(Mount config, MountOptions options, Register target) throws InvalidSpec {
        String where = "at " + config.destination();
        if (setup.creates(Type.CGROUP)) {
            fileSystem.make("cgroup2", where, "cgroup", List.of(), 0, options.attributesSet(), mount);
        } else {
            Path own = folders.container().getFirst();
            setup.steps.copyTree("mount cgroup2 " + where, Abi.CWD, own.toString(), false, mount);
            setup.steps.setAttributes("mount cgroup2 " + where, mount, false, options.attributesSet(), 0, 0);
        }
        setup.steps.attach("mount cgroup2 " + where, mount, target);
    }

    private void trees(Mount config, MountOptions options, Register target) throws InvalidSpec {
        var steps = setup.steps;
        String where = "at " + config.destination();
        String about = "mount the cgroups " + where;
        long attributes = options.attributesSet();
        fileSystem.make("tmpfs", where, "cgroup", List.of("mode=755"), 0, attributes & ~MOUNT_ATTR_RDONLY, mount);
        Map<Path, Set<String>> trees = new LinkedHashMap<>();
        folders.host()
                .hierarchies()
                .forEach((name, tree) ->
                        trees.computeIfAbsent(tree, t -> new TreeSet<>()).add(name));
        trees.forEach((tree, controllers) -> {
            String folder = String.valueOf(tree.getFileName());
            setup.p.call(about, Call.MKDIRAT, mount, setup.p.text(folder), Abi.octal(0755));
            for (String controller : controllers) {
                String name = controller.replace("name=", "");
                if (!name.equals(folder)) {
                    setup.p.call(about, Call.SYMLINKAT, setup.p.text(folder), mount, setup.p.text(name));
                }
            }
        });
        steps.attach(about, mount, target);
        for (Path tree : trees.keySet()) {
            String folder = String.valueOf(tree.getFileName());
            tree(about, tree, attributes);
            steps.open(about, mount, folder, O_PATH | O_DIRECTORY, place);
            steps.attach(about, group, place);
            steps.close(place);
            steps.close(group);
        }
        if (options.readOnly()) {
            steps.setAttributes(about, mount, false, MOUNT_ATTR_RDONLY, 0, 0);
        }
    }

    /// A bind of the group is the same as a mount in the container's cgroup namespace, and cheaper.
    private void tree(String about, Path tree, long attributes) {
        Path source = tree.resolve(folders.path());
        setup.steps.copyTree(about + " (" + source + ")", Abi.CWD, source.toString(), false, group);
        setup.steps.setAttributes(about, group, false, attributes, 0, 0);
    }
}
