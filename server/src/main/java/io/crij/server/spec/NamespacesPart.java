package io.crij.server.spec;

import io.crij.cri.v1.NamespaceMode;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The namespaces: most are the pod's, joined by path; mount is always new, pid is whose the request says.
final class NamespacesPart implements Part {
    private static final String PID = "config.linux.security_context.namespace_options.pid";

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var paths = wanted.pod().paths();
        var namespaces = new ArrayList<Namespace>();
        join(namespaces, Type.USER, paths.user());
        join(namespaces, Type.NETWORK, paths.net());
        join(namespaces, Type.IPC, paths.ipc());
        join(namespaces, Type.UTS, paths.uts());
        namespaces.add(Namespace.create(Type.MOUNT));
        pid(wanted, namespaces);
        if (!wanted.privileged()) {
            // a privileged container sees the host's whole tree, as kubelet add-ons expect
            namespaces.add(Namespace.create(Type.CGROUP));
        }
        var modes = wanted.pod().config().namespaces();
        return spec.with(s -> s.linux = s.linux.with(l -> {
            l.namespaces = namespaces;
            if (wanted.userNamespace()) {
                l.uidMappings = mappings(modes.uidMappings());
                l.gidMappings = mappings(modes.gidMappings());
            }
        }));
    }

    private static void pid(Wanted wanted, List<Namespace> namespaces) throws SandboxException {
        var options = wanted.security().getNamespaceOptions();
        switch (wanted.security().hasNamespaceOptions() ? options.getPid() : podMode(wanted)) {
            case POD -> {
                var pid = wanted.pod().paths().pid();
                if (pid == null) {
                    throw new SandboxException.Invalid(
                            PID, "POD", "pod " + wanted.pod().id() + " has no pid namespace of its own to share");
                }
                namespaces.add(Namespace.join(Type.PID, pid.toString()));
            }
            case CONTAINER -> namespaces.add(Namespace.create(Type.PID));
            case TARGET -> namespaces.add(target(wanted));
            case NODE -> {}
            case UNRECOGNIZED ->
                throw new SandboxException.Invalid(PID, "" + options.getPidValue(), "unknown namespace mode");
        }
    }

    private static Namespace target(Wanted wanted) throws SandboxException {
        var pid = wanted.targetPid();
        if (pid.isEmpty()) {
            var target = wanted.security().getNamespaceOptions().getTargetId();
            throw new SandboxException.Invalid(
                    "config.linux.security_context.namespace_options.target_id",
                    target,
                    "is not a running container of pod " + wanted.pod().id());
        }
        return Namespace.join(Type.PID, "/proc/" + pid.getAsInt() + "/ns/pid");
    }

    private static NamespaceMode podMode(Wanted wanted) {
        return switch (wanted.pod().config().namespaces().pid()) {
            case POD, TARGET -> NamespaceMode.POD;
            case CONTAINER -> NamespaceMode.CONTAINER;
            case NODE -> NamespaceMode.NODE;
        };
    }

    private static void join(List<Namespace> namespaces, Type type, @Nullable Path path) {
        if (path != null) {
            namespaces.add(Namespace.join(type, path.toString()));
        }
    }

    private static List<IdMapping> mappings(List<io.crij.sandbox.IdMapping> mappings) {
        return mappings.stream()
                .map(line -> new IdMapping(line.containerId(), line.hostId(), line.length()))
                .toList();
    }
}
