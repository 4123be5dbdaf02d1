package io.crij.oci.cgroup;

import io.crij.linux.systemd.ScopeName;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The folders of one container's cgroups.
///
/// @param host where the trees are mounted
/// @param path below each tree's root, relative and without `..`; empty: no cgroups
/// @param scope of systemd's whose cgroup that is
public record CgroupFolders(CgroupHost host, String path, CgroupLayout layout, Optional<ScopeName> scope) {
    /// Those of a container that has no cgroups.
    public static CgroupFolders none(CgroupLayout layout) {
        return new CgroupFolders(CgroupHost.NONE, "", layout, Optional.empty());
    }

    /// Those that [#cgroupsPath] told of.
    public static CgroupFolders recorded(CgroupHost host, String cgroupsPath, CgroupLayout layout) throws OciException {
        return cgroupsPath.isEmpty() ? none(layout) : of(host, cgroupsPath, layout);
    }

    /// @param cgroupsPath of the specification: absolute or relative, both below the root of each tree; or
    ///     `slice:prefix:name`, a scope that systemd makes
    public static CgroupFolders of(CgroupHost host, String cgroupsPath, CgroupLayout layout) throws OciException {
        if (ScopeName.isMeantBy(cgroupsPath)) {
            return ofScope(host, cgroupsPath);
        }
        var names = new ArrayList<String>();
        for (String name : cgroupsPath.split("/", -1)) {
            if (name.equals("..") || name.indexOf('\n') >= 0 || name.indexOf('\0') >= 0) {
                throw new InvalidSpec("linux.cgroupsPath", cgroupsPath, "may not contain .. or line breaks");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        if (names.isEmpty()) {
            throw new InvalidSpec("linux.cgroupsPath", cgroupsPath, "the root is no place for a container");
        }
        return new CgroupFolders(host, String.join("/", names), layout, Optional.empty());
    }

    /// The layout is always the one with a shim: the group of a scope must not be empty before the container has ended.
    private static CgroupFolders ofScope(CgroupHost host, String cgroupsPath) throws OciException {
        ScopeName scope;
        try {
            scope = ScopeName.parse(cgroupsPath);
        } catch (IllegalArgumentException e) {
            throw new InvalidSpec("linux.cgroupsPath", cgroupsPath, String.valueOf(e.getMessage()));
        }
        if (!host.pure()) {
            throw new Unsupported("linux.cgroupsPath: " + cgroupsPath + " is meant for systemd's cgroup driver, which"
                    + " needs pure cgroup version 2; this machine has version 1 trees: boot it with"
                    + " systemd.unified_cgroup_hierarchy=1, or use a path such as /kubepods/…/"
                    + cgroupsPath.replaceAll(".*:", ""));
        }
        return new CgroupFolders(host, scope.path().substring(1), CgroupLayout.WITH_SHIM, Optional.of(scope));
    }

    /// What `linux.cgroupsPath` says, in a form that [#of] takes; empty without cgroups.
    public String cgroupsPath() {
        return path.isEmpty() ? "" : scope.map(ScopeName::cgroupsPath).orElse("/" + path);
    }

    /// Folder in the version 1 tree of a controller.
    Optional<Path> v1(String controller) {
        return Optional.ofNullable(host.hierarchies().get(controller)).map(tree -> tree.resolve(path));
    }

    /// Folder of the container's processes in the version 2 tree, on a hybrid host too.
    public Optional<Path> v2() {
        return base().map(base -> nested() ? base.resolve("container") : base);
    }

    /// Folder of `cgroupsPath` in the version 2 tree.
    Optional<Path> base() {
        @Nullable Path unified = host.unified();
        return Optional.ofNullable(unified).map(tree -> tree.resolve(path));
    }

    public Optional<Path> shim() {
        return nested() ? base().map(base -> base.resolve("shim")) : Optional.empty();
    }

    boolean nested() {
        return host.pure() && layout == CgroupLayout.WITH_SHIM;
    }

    /// Folders in the version 1 trees, one in each.
    public List<Path> v1() {
        return host.mountPoints().stream().map(tree -> tree.resolve(path)).toList();
    }

    /// Every folder that a process of the container is in: one on version 2; on version 1 one for each tree, and the
    /// one of the version 2 tree where there is one (it is empty of controllers, but can kill and tells pressure).
    public List<Path> container() {
        var folders = new ArrayList<>(v1());
        v2().ifPresent(folders::add);
        return List.copyOf(folders);
    }

    /// What goes with the container: the folders of `cgroupsPath` itself; of a scope, which systemd removes, the one of
    /// the container's processes.
    List<Path> roots() {
        return scope.isPresent()
                ? v2().stream().toList()
                : nested() ? base().stream().toList() : container();
    }
}
