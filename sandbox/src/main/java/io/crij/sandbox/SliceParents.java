package io.crij.sandbox;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.UnitName;
import java.io.IOException;

/// Parents that are slices. systemd makes one, and those that its name leads through, when the first scope in it
/// starts; but nobody ends them, so that is done here.
final class SliceParents implements ParentForm {
    private static final String SLICE = ".slice";

    private final CgroupTree tree;

    SliceParents(CgroupTree tree) {
        this.tree = tree;
    }

    /// The kubelet gives the whole path, others give the name alone.
    @Override
    public void check(String asked) throws SandboxException.Invalid {
        String name = name(asked);
        if (!name.endsWith(SLICE)) {
            throw new SandboxException.Invalid(
                    "linux.cgroup_parent",
                    asked,
                    "is a path, but this node's cgroup driver is systemd, whose parents are slices; set cgroupDriver: "
                            + "systemd in the kubelet configuration, or leave it out so that kubelet asks the runtime; "
                            + "or set runtime.cgroup_driver = \"cgroupfs\" here");
        }
        String path;
        try {
            path = UnitName.pathOfSlice(name);
        } catch (IllegalArgumentException e) {
            throw new SandboxException.Invalid("linux.cgroup_parent", asked, String.valueOf(e.getMessage()));
        }
        if (path.isEmpty()) {
            throw new SandboxException.Invalid(
                    "linux.cgroup_parent", asked, "is the root, which is no place for a pod");
        }
        if (asked.contains("/") && !path.equals(asked)) {
            throw new SandboxException.Invalid(
                    "linux.cgroup_parent", asked, "is not where systemd has that slice, which is " + path);
        }
    }

    @Override
    public String path(String asked) {
        return UnitName.pathOfSlice(name(asked));
    }

    private static String name(String asked) {
        return asked.substring(asked.lastIndexOf('/') + 1);
    }

    /// Those above it go too when they are there only because of their name.
    @Override
    public void remove(String path) throws IOException, InterruptedException {
        try (var systemd = new Systemd()) {
            if (!emptyAndThere(path)) {
                return;
            }
            systemd.stop(name(path));
            for (String above = above(path); above.endsWith(SLICE); above = above(above)) {
                if (!emptyAndThere(above) || !systemd.implicit(name(above))) {
                    return;
                }
                systemd.stop(name(above));
            }
        }
    }

    private static String above(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    /// To stop a slice stops all that is in it.
    private boolean emptyAndThere(String path) throws ErrnoException {
        String folder = tree.unified().orElseThrow().folder(path);
        try (var cgroup = CgroupFolder.open(folder)) {
            return cgroup.read("cgroup.events").lines().anyMatch("populated 0"::equals);
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
                return false;
            }
            throw e;
        }
    }
}
