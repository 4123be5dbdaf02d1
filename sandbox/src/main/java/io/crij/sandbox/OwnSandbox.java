package io.crij.sandbox;

import io.crij.monitor.ContainerRequest;
import io.crij.monitor.MonitorException;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The sandbox of a runtime that wants to make it itself, as gVisor's and Kata's do: one more container beside the
/// pause process, with our pause as its program, made when the pod's network is there. The pod's other containers
/// are put into it by its name, which stands in their annotations.
public final class OwnSandbox {
    private static final String SUFFIX = "-sandbox";
    private static final String CRI = "io.kubernetes.cri.";

    private final Layout layout;
    private final MonitorLink monitor;
    private final SpecWriter specs = new SpecWriter();

    OwnSandbox(Layout layout, MonitorLink monitor) {
        this.layout = layout;
        this.monitor = monitor;
    }

    /// Its name, given the pod's.
    public static String id(String pod) {
        return pod + SUFFIX;
    }

    /// The pod's name, given the one of anything that the monitor has for it.
    static String podOf(String id) {
        return id.endsWith(SUFFIX) ? id.substring(0, id.length() - SUFFIX.length()) : id;
    }

    /// What tells a runtime which sandbox a container belongs to.
    ///
    /// @param type `sandbox` or `container`
    /// @param sandbox the id that the runtime knows it by
    public static Map<String, String> annotations(String type, String sandbox, PodRecord pod) {
        var metadata = pod.config().metadata();
        return Map.of(
                CRI + "container-type", type,
                CRI + "sandbox-id", sandbox,
                CRI + "sandbox-name", metadata.name(),
                CRI + "sandbox-namespace", metadata.namespace(),
                CRI + "sandbox-uid", metadata.uid());
    }

    void start(PodRecord pod, RuntimeHandler handler) throws SandboxException, InterruptedException {
        String id = id(pod.id());
        try {
            monitor.create(new ContainerRequest(
                            id,
                            layout.bundle(id),
                            specs.write(spec(pod, id, handler)),
                            handler.monitorName(),
                            new Rootfs.Pause(),
                            ContainerRequest.Streams.outputOnly(),
                            null,
                            Map.of(PodCreation.POD_LABEL, pod.id()))
                    .by(handler.runtime())
                    .started());
        } catch (MonitorException e) {
            throw MonitorFailures.translate("start the sandbox of pod " + pod.id(), e);
        }
    }

    private static Spec spec(PodRecord pod, String id, RuntimeHandler handler) {
        var annotations = new TreeMap<String, String>();
        pod.config().annotations().forEach((name, value) -> {
            if (handler.passesAnnotation().test(name)) {
                annotations.put(name, value);
            }
        });
        annotations.put(
                CRI + "sandbox-log-directory", pod.paths().logDirectory().toString());
        annotations.putAll(annotations("sandbox", id, pod));
        annotations.putAll(size(pod.config().resources()));
        return Spec.EMPTY.with(spec -> {
            spec.hostname = pod.hostname();
            spec.root = new Root("rootfs", true);
            spec.process = Process.EMPTY.with(process -> {
                process.args = List.of("pause");
                process.cwd = "/";
                process.noNewPrivileges = true;
            });
            spec.mounts = List.of(
                    Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
                    Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "mode=755", "size=64k"),
                    Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"));
            spec.annotations = annotations;
            spec.linux = spec.linux.with(linux -> {
                linux.namespaces = namespaces(pod.paths());
                linux.cgroupsPath = CgroupPlaces.cgroupsPath(CgroupPlaces.of(pod.cgroupParent(), id));
                linux.resources = LinuxResources.NONE;
            });
        });
    }

    /// What a virtual machine is to have room for: the limits of all containers of the pod.
    private static Map<String, String> size(@Nullable ContainerResources sum) {
        if (sum == null) {
            return Map.of();
        }
        return Map.of(
                CRI + "sandbox-cpu-period", Long.toString(sum.cpuPeriod()),
                CRI + "sandbox-cpu-quota", Long.toString(sum.cpuQuota()),
                CRI + "sandbox-cpu-shares", Long.toString(sum.cpuShares()),
                CRI + "sandbox-memory", Long.toString(sum.memoryLimit()));
    }

    private static List<Namespace> namespaces(PodPaths paths) {
        var all = new ArrayList<>(List.of(Namespace.create(Type.PID), Namespace.create(Type.MOUNT)));
        join(all, Type.NETWORK, paths.net());
        join(all, Type.IPC, paths.ipc());
        join(all, Type.UTS, paths.uts());
        return all;
    }

    private static void join(List<Namespace> all, Type type, @Nullable Path path) {
        if (path != null) {
            all.add(Namespace.join(type, path.toString()));
        }
    }

    /// Ends and removes it; a pod without one is no error.
    void delete(String pod) throws SandboxException, InterruptedException {
        String id = id(pod);
        if (!Files.exists(layout.bundle(id))) {
            return;
        }
        try {
            monitor.delete(id, true);
        } catch (MonitorException e) {
            throw MonitorFailures.translate("remove the sandbox of pod " + pod, e);
        }
    }
}
