package io.crij.sandbox;

import java.io.IOException;

/// What the parents of pods are called and how they go: paths, or slices of systemd's.
sealed interface ParentForm permits FolderParents, SliceParents {
    /// @param asked as the request has it, not empty
    void check(String asked) throws SandboxException.Invalid;

    /// Its cgroup, absolute.
    ///
    /// @param asked for which [#check] found nothing
    String path(String asked);

    /// Takes an empty one away; one with something in it stays.
    ///
    /// @param path its cgroup
    void remove(String path) throws IOException, InterruptedException;
}
