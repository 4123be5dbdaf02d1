package io.crij.sandbox;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The cgroups that pods are put below of either driver. One that was not there before goes with the last pod in it;
/// the default one stays. The lock also keeps a parent from being removed while a pod enters it.
final class CgroupParents {
    private final CgroupTree tree;
    private final ParentForm form;
    private final String defaultParent;
    private final Map<String, Set<String>> pods = new HashMap<>();

    CgroupParents(CgroupTree tree, ParentForm form, String defaultParent) {
        this.tree = tree;
        this.form = form;
        this.defaultParent = form.path(defaultParent);
    }

    /// @param asked as the request has it; empty: the default
    void check(String asked) throws SandboxException.Invalid {
        if (!asked.isEmpty()) {
            form.check(asked);
        }
    }

    /// The parent of a pod that asked for this one, as an absolute path.
    String resolve(String asked) {
        return asked.isEmpty() ? defaultParent : form.path(asked);
    }

    /// Counts a pod in.
    ///
    /// @return whether the parent has to be made
    synchronized boolean enter(String parent, String pod) {
        boolean first = !pods.containsKey(parent);
        adopt(parent, pod);
        return first && !parent.equals(defaultParent) && !exists(parent);
    }

    /// Counts a pod in again after a restart.
    synchronized void adopt(String parent, String pod) {
        pods.computeIfAbsent(parent, _ -> new HashSet<>()).add(pod);
    }

    /// Counts a pod out and removes its parent when that is empty and was `made` for it. May be repeated.
    synchronized void leave(String parent, String pod, boolean made) throws IOException, InterruptedException {
        var inside = pods.getOrDefault(parent, new HashSet<>());
        inside.remove(pod);
        if (!inside.isEmpty()) {
            return;
        }
        if (made) {
            form.remove(parent);
        }
        pods.remove(parent);
    }

    /// Removes what is left of a pod's or container's own cgroup, when the monitor could not.
    void removeLeaf(String cgroup) throws ErrnoException {
        for (var hierarchy : tree.hierarchies()) {
            CgroupFolder.removeTree(hierarchy.folder(cgroup));
        }
    }

    private boolean exists(String parent) {
        return tree.hierarchies().stream().anyMatch(h -> Files.exists(Path.of(h.folder(parent))));
    }
}
