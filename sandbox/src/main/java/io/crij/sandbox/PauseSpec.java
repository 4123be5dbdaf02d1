package io.crij.sandbox;

import io.crij.oci.spec.Linux;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The specification of a pod's pause process: the namespaces of the pod and little else.
final class PauseSpec {
    /// Killed last: all of the pod hangs on it.
    private static final int OOM_SCORE_ADJ = -998;

    private static final long FEWEST_SHARES = 2;

    private final Sysctls sysctls;

    PauseSpec(Sysctls sysctls) {
        this.sysctls = sysctls;
    }

    Spec of(PodRecord pod) throws SandboxException.Invalid {
        var config = pod.config();
        Map<String, String> parameters = sysctls.of(config);
        return Spec.EMPTY.with(spec -> {
            spec.hostname = pod.hostname();
            spec.process = process(config.security());
            spec.annotations.putAll(config.annotations());
            spec.linux = Linux.EMPTY.with(linux -> {
                linux.namespaces = namespaces(config.namespaces());
                linux.uidMappings = mappings(config.namespaces().uidMappings());
                linux.gidMappings = mappings(config.namespaces().gidMappings());
                linux.sysctl.putAll(parameters);
                linux.cgroupsPath = CgroupPlaces.cgroupsPath(pod.cgroup());
                linux.resources = LinuxResources.NONE.with(
                        limits -> limits.cpu = LinuxResources.Cpu.of(FEWEST_SHARES, null, null));
            });
        });
    }

    private static Process process(PodSecurity security) {
        return Process.EMPTY.with(process -> {
            process.args = List.of("pause");
            process.noNewPrivileges = true;
            process.oomScoreAdj = OOM_SCORE_ADJ;
            Long user = security.runAsUser();
            Long group = security.runAsGroup();
            process.user =
                    new User(user == null ? 0 : user, group == null ? 0 : group, null, security.supplementalGroups());
        });
    }

    private static List<Namespace> namespaces(PodNamespaceModes modes) {
        var own = new ArrayList<Namespace>();
        if (modes.userNamespace()) {
            own.add(Namespace.create(Namespace.Type.USER));
        }
        // always: a name of its own cannot change the node's
        own.add(Namespace.create(Namespace.Type.UTS));
        if (modes.network() == NamespaceMode.POD) {
            own.add(Namespace.create(Namespace.Type.NETWORK));
        }
        if (modes.ipc() == NamespaceMode.POD) {
            own.add(Namespace.create(Namespace.Type.IPC));
        }
        // proc, through which the pod's parameters are set, can only be mounted for a pid namespace of the user
        // namespace
        if (modes.pid() == NamespaceMode.POD || modes.userNamespace()) {
            own.add(Namespace.create(Namespace.Type.PID));
        }
        return own;
    }

    private static List<io.crij.oci.spec.IdMapping> mappings(List<IdMapping> mappings) {
        return mappings.stream()
                .map(line -> new io.crij.oci.spec.IdMapping(line.containerId(), line.hostId(), line.length()))
                .toList();
    }
}
