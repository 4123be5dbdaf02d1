package io.crij.server.nri;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.Keyed.Change;
import io.crij.server.nri.proto.CDIDevice;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.ContainerAdjustment;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.Hooks;
import io.crij.server.nri.proto.KeyValue;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxDevice;
import io.crij.server.nri.proto.LinuxNamespace;
import io.crij.server.nri.proto.LinuxNetDevice;
import io.crij.server.nri.proto.LinuxRdt;
import io.crij.server.nri.proto.LinuxResources;
import io.crij.server.nri.proto.Mount;
import io.crij.server.nri.proto.POSIXRlimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What all plugins together want changed of a container that is about to be made (containerd/nri
/// pkg/adaptation/result.go). For one thread.
final class Adjustments {
    private final Container original;
    private final Owners owners;
    private final Keyed<String> annotations;
    private final Keyed<Mount> mounts;
    private final Keyed<KeyValue> env;
    private final Keyed<LinuxDevice> devices;
    private final Keyed<LinuxNamespace> namespaces;
    private final Keyed<String> sysctls;
    private final Keyed<LinuxNetDevice> netDevices;
    private final Keyed<CDIDevice> cdiDevices;
    private final Keyed<POSIXRlimit> rlimits;
    private Hooks hooks = Hooks.getDefaultInstance();
    private LinuxResources resources = LinuxResources.getDefaultInstance();
    /// The fields without keys.
    private final ContainerAdjustment.Builder simple = ContainerAdjustment.newBuilder();

    private final LinuxContainerAdjustment.Builder linux = LinuxContainerAdjustment.newBuilder();

    Adjustments(Container container) {
        original = container;
        owners = new Owners(container.getId());
        annotations = new Keyed<>(Field.Annotations, owners);
        mounts = new Keyed<>(Field.Mounts, owners);
        env = new Keyed<>(Field.Env, owners);
        devices = new Keyed<>(Field.Devices, owners);
        namespaces = new Keyed<>(Field.Namespace, owners, true);
        sysctls = new Keyed<>(Field.Sysctl, owners);
        netDevices = new Keyed<>(Field.LinuxNetDevices, owners);
        cdiDevices = new Keyed<>(Field.CdiDevices, owners);
        rlimits = new Keyed<>(Field.Rlimits, owners);
    }

    Owners owners() {
        return owners;
    }

    /// @throws SandboxException.Refused another plugin has set one of these
    void add(String plugin, ContainerAdjustment wanted) throws SandboxException.Refused {
        annotations.add(plugin, changes(wanted.getAnnotationsMap()));
        mounts.add(plugin, changes(wanted.getMountsList(), Mount::getDestination));
        env.add(plugin, changes(wanted.getEnvList(), KeyValue::getKey));
        rlimits.add(plugin, changes(wanted.getRlimitsList(), POSIXRlimit::getType));
        cdiDevices.add(plugin, changes(wanted.getCDIDevicesList(), CDIDevice::getName));
        addArgs(plugin, wanted.getArgsList());
        addHooks(plugin, wanted.getHooks());
        addLinux(plugin, wanted.getLinux());
    }

    /// A first empty argument takes another plugin's command away.
    private void addArgs(String plugin, List<String> args) throws SandboxException.Refused {
        if (args.isEmpty()) {
            return;
        }
        boolean replaces = args.getFirst().isEmpty();
        if (replaces) {
            owners.release(Field.Args);
        }
        owners.claim(Field.Args, plugin);
        simple.clearArgs().addAllArgs(replaces ? args.subList(1, args.size()) : args);
    }

    private void addHooks(String plugin, Hooks wanted) {
        if (!wanted.equals(Hooks.getDefaultInstance())) {
            owners.share(Field.OciHooks, plugin);
            hooks = hooks.toBuilder().mergeFrom(wanted).build();
        }
    }

    private void addLinux(String plugin, LinuxContainerAdjustment wanted) throws SandboxException.Refused {
        devices.add(plugin, changes(wanted.getDevicesList(), LinuxDevice::getPath));
        namespaces.add(plugin, changes(wanted.getNamespacesList(), LinuxNamespace::getType));
        sysctls.add(plugin, changes(wanted.getSysctlMap()));
        netDevices.add(plugin, changes(wanted.getNetDevicesMap()));
        Limits.claim(wanted.getResources(), owners, plugin);
        resources = Limits.over(resources, wanted.getResources());
        if (!wanted.getCgroupsPath().isEmpty()) {
            owners.claim(Field.CgroupsPath, plugin);
            linux.setCgroupsPath(wanted.getCgroupsPath());
        }
        if (wanted.hasOomScoreAdj()) {
            owners.claim(Field.OomScoreAdj, plugin);
            linux.setOomScoreAdj(wanted.getOomScoreAdj());
        }
        if (wanted.hasIoPriority()) {
            owners.claim(Field.IoPriority, plugin);
            linux.setIoPriority(wanted.getIoPriority());
        }
        if (wanted.hasSeccompPolicy()) {
            owners.claim(Field.SeccompPolicy, plugin);
            linux.setSeccompPolicy(wanted.getSeccompPolicy());
        }
        if (wanted.hasScheduler()) {
            owners.claim(Field.LinuxSched, plugin);
            linux.setScheduler(wanted.getScheduler());
        }
        if (wanted.hasMemoryPolicy()) {
            owners.claim(Field.MemoryPolicy, plugin);
            linux.setMemoryPolicy(wanted.getMemoryPolicy());
        }
        addRdt(plugin, wanted.getRdt());
    }

    private void addRdt(String plugin, LinuxRdt wanted) throws SandboxException.Refused {
        if (wanted.getRemove()) {
            owners.release(Field.RdtClosID);
            owners.release(Field.RdtSchemata);
            owners.release(Field.RdtEnableMonitoring);
            linux.setRdt(LinuxRdt.newBuilder().setRemove(true));
        }
        var rdt = linux.getRdt().toBuilder();
        if (wanted.hasClosId()) {
            owners.claim(Field.RdtClosID, plugin);
            linux.setRdt(rdt.setClosId(wanted.getClosId()).setRemove(false));
        }
        if (wanted.hasSchemata()) {
            owners.claim(Field.RdtSchemata, plugin);
            linux.setRdt(rdt.setSchemata(wanted.getSchemata()).setRemove(false));
        }
        if (wanted.hasEnableMonitoring()) {
            owners.claim(Field.RdtEnableMonitoring, plugin);
            linux.setRdt(rdt.setEnableMonitoring(wanted.getEnableMonitoring()).setRemove(false));
        }
    }

    /// The container with everything so far, for the next plugin.
    Container container() {
        var container = original.toBuilder();
        var annotated = annotations.over(original.getAnnotationsMap());
        container.clearAnnotations().putAllAnnotations(annotated);
        container.clearMounts().addAllMounts(mounts.over(original.getMountsList(), Mount::getDestination));
        container.clearEnv().addAllEnv(environment());
        container.clearRlimits().addAllRlimits(rlimits.over(original.getRlimitsList(), POSIXRlimit::getType));
        if (simple.getArgsCount() > 0) {
            container.clearArgs().addAllArgs(simple.getArgsList());
        }
        container.setHooks(original.getHooks().toBuilder().mergeFrom(hooks));
        var part = original.getLinux();
        var changed = part.toBuilder()
                .clearDevices()
                .addAllDevices(devices.over(part.getDevicesList(), LinuxDevice::getPath))
                .clearNamespaces()
                .addAllNamespaces(namespaces.over(part.getNamespacesList(), LinuxNamespace::getType))
                .clearSysctl()
                .putAllSysctl(sysctls.over(part.getSysctlMap()))
                .clearNetDevices()
                .putAllNetDevices(netDevices.over(part.getNetDevicesMap()))
                .setResources(Limits.over(part.getResources(), resources));
        if (!linux.getCgroupsPath().isEmpty()) {
            changed.setCgroupsPath(linux.getCgroupsPath());
        }
        if (linux.hasOomScoreAdj()) {
            changed.setOomScoreAdj(linux.getOomScoreAdj());
        }
        if (linux.hasIoPriority()) {
            changed.setIoPriority(linux.getIoPriority());
        }
        if (linux.hasSeccompPolicy()) {
            changed.setSeccompPolicy(linux.getSeccompPolicy());
        }
        if (linux.hasScheduler()) {
            changed.setScheduler(linux.getScheduler());
        }
        if (linux.hasRdt()) {
            changed.setRdt(linux.getRdt());
        }
        return container.setLinux(changed).build();
    }

    private List<String> environment() {
        var variables = original.getEnvList().stream()
                .map(assignment -> assignment.split("=", 2))
                .map(parts -> KeyValue.newBuilder()
                        .setKey(parts[0])
                        .setValue(parts.length > 1 ? parts[1] : "")
                        .build())
                .toList();
        return env.over(variables, KeyValue::getKey).stream()
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
    }

    /// All changes together, things that go with a mark.
    ContainerAdjustment result() {
        var all = simple.clone();
        annotations.tell(all::putAnnotations, gone -> all.putAnnotations(gone, ""));
        mounts.tell(
                (_, mount) -> all.addMounts(mount),
                gone -> all.addMounts(Mount.newBuilder().setDestination(gone)));
        env.tell(
                (_, variable) -> all.addEnv(variable),
                gone -> all.addEnv(KeyValue.newBuilder().setKey(gone)));
        rlimits.tell(
                (_, limit) -> all.addRlimits(limit),
                gone -> all.addRlimits(POSIXRlimit.newBuilder().setType(gone)));
        cdiDevices.tell((_, device) -> all.addCDIDevices(device), _ -> {});
        var part = linux.clone();
        devices.tell(
                (_, device) -> part.addDevices(device),
                gone -> part.addDevices(LinuxDevice.newBuilder().setPath(gone)));
        namespaces.tell(
                (_, namespace) -> part.addNamespaces(namespace),
                gone -> part.addNamespaces(LinuxNamespace.newBuilder().setType(gone)));
        sysctls.tell(part::putSysctl, gone -> part.putSysctl(gone, ""));
        netDevices.tell(part::putNetDevices, gone -> part.putNetDevices(gone, LinuxNetDevice.getDefaultInstance()));
        return all.setHooks(hooks).setLinux(part.setResources(resources)).build();
    }

    private static <T> List<Change<T>> changes(Map<String, T> wanted) {
        var changes = new ArrayList<Change<T>>();
        wanted.forEach((key, value) -> changes.add(new Change<>(key, value)));
        return changes;
    }

    private static <T> List<Change<T>> changes(List<T> wanted, Function<T, String> key) {
        return wanted.stream()
                .map(thing -> new Change<>(key.apply(thing), thing))
                .toList();
    }
}
