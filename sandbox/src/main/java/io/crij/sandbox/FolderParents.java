package io.crij.sandbox;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import java.nio.file.Path;

/// Parents by path, made and removed in the file system.
record FolderParents(CgroupTree tree) implements ParentForm {
    @Override
    public void check(String asked) throws SandboxException.Invalid {
        if (asked.endsWith(".slice")) {
            throw new SandboxException.Invalid(
                    "linux.cgroup_parent",
                    asked,
                    "is a systemd slice, but this node's cgroup driver is cgroupfs; set cgroupDriver: cgroupfs in the "
                            + "kubelet configuration, or leave it out so that kubelet asks the runtime; or set "
                            + "runtime.cgroup_driver = \"systemd\" here, if this node runs systemd with cgroup v2");
        }
        for (var part : asked.split("/", -1)) {
            if (part.equals("..") || part.equals(".")) {
                throw new SandboxException.Invalid("linux.cgroup_parent", asked, "must not hold \".\" or \"..\"");
            }
        }
    }

    @Override
    public String path(String asked) {
        return Path.of("/" + asked).normalize().toString();
    }

    @Override
    public void remove(String path) throws ErrnoException {
        for (var hierarchy : tree.hierarchies()) {
            try {
                CgroupFolder.remove(hierarchy.folder(path));
            } catch (ErrnoException e) {
                // others have put cgroups there since
                if (e.errno() != Errno.EBUSY) {
                    throw e;
                }
            }
        }
    }
}
