package io.crij.oci.command;

import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Spec;
import java.nio.file.Path;
import java.util.List;

/// The `config.json` of a container that another program makes.
public final class ForeignSpec {
    /// Runtimes of before 2023 refuse later ones; what came since is only in properties that they pass over.
    private static final String OCI_VERSION = "1.0.2";

    /// What the specification has no word for (its values are not recursive), youki refuses it, and to all it is the
    /// same as nothing: no mount gets out.
    private static final String RECURSIVELY_PRIVATE = "rprivate";

    private ForeignSpec() {}

    /// @param root its root file system
    /// @param cgroupsPath as the program is to be told; empty: none
    /// @param terminal whether it gets one
    public static Spec of(CreateRequest request, Path root, String cgroupsPath, boolean terminal) {
        return request.spec().with(s -> {
            s.ociVersion = OCI_VERSION;
            boolean readonly = s.root != null && s.root.readonly();
            s.root = new Root(root.toString(), readonly || request.rootfs() instanceof Rootfs.Pause);
            if (s.linux.seccomp() != null) {
                Seccomp rules = OrderlessRules.of(s.linux.seccomp());
                s.linux = s.linux.with(linux -> linux.seccomp = rules);
            }
            if (RECURSIVELY_PRIVATE.equals(s.linux.rootfsPropagation())) {
                s.linux = s.linux.with(linux -> linux.rootfsPropagation = null);
            }
            if (!cgroupsPath.isEmpty()) {
                s.linux = s.linux.with(linux -> linux.cgroupsPath = cgroupsPath);
            }
            if (request.rootfs() instanceof Rootfs.Pause && s.process != null) {
                s.process = s.process.with(process -> {
                    process.args = List.of(PauseRootfs.PROGRAM);
                    process.cwd = "/";
                });
            }
            if (terminal && s.process != null) {
                s.process = s.process.with(process -> process.terminal = true);
            }
        });
    }

    static Spec of(CreateRequest request, Path root, String cgroupsPath) {
        return of(request, root, cgroupsPath, request.stdio() instanceof Stdio.Terminal);
    }
}
