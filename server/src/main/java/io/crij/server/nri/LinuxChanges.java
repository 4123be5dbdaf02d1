package io.crij.server.nri;

import io.crij.linux.systemd.ScopeName;
import io.crij.linux.systemd.Systemd;
import io.crij.oci.spec.Device;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Linux.NetDevice;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.MemoryPolicy;
import io.crij.oci.spec.Namespace;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.LinuxContainerAdjustment;
import io.crij.server.nri.proto.LinuxDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Makes what plugins want of it out of the Linux part of a specification, all but the limits.
final class LinuxChanges {
    private static final String GONE = "-";

    private final LinuxContainerAdjustment wanted;
    private final Owners owners;

    LinuxChanges(LinuxContainerAdjustment wanted, Owners owners) {
        this.wanted = wanted;
        this.owners = owners;
    }

    Linux applyTo(Linux linux) throws SandboxException {
        refuseRdt();
        var devices = new ArrayList<>(linux.devices());
        var rules = new ArrayList<>(linux.resources().devices());
        addDevices(devices, rules);
        var namespaces = namespaces(linux.namespaces());
        var seccomp = wanted.hasSeccompPolicy()
                ? SeccompMessage.filter(wanted.getSeccompPolicy(), owners.named(Field.SeccompPolicy, ""))
                : linux.seccomp();
        var memory = memoryPolicy();
        var cgroup = cgroup();
        return linux.with(l -> {
            l.devices = devices;
            l.resources = l.resources.with(r -> r.devices = rules);
            l.namespaces = namespaces;
            l.seccomp = seccomp;
            memory.ifPresent(policy -> l.memoryPolicy = policy);
            cgroup.ifPresent(path -> l.cgroupsPath = path);
            wanted.getSysctlMap().forEach((name, value) -> {
                if (name.startsWith(GONE)) {
                    l.sysctl.remove(name.substring(1));
                } else {
                    l.sysctl.put(name, value);
                }
            });
            wanted.getNetDevicesMap().forEach((name, device) -> {
                if (name.startsWith(GONE)) {
                    l.netDevices.remove(name.substring(1));
                } else {
                    l.netDevices.put(name, new NetDevice(device.getName().isEmpty() ? null : device.getName()));
                }
            });
        });
    }

    private void refuseRdt() throws SandboxException {
        var rdt = wanted.getRdt();
        for (var field : List.of(Field.RdtClosID, Field.RdtSchemata, Field.RdtEnableMonitoring)) {
            if (rdt.hasClosId() && field == Field.RdtClosID
                    || rdt.hasSchemata() && field == Field.RdtSchemata
                    || rdt.getEnableMonitoring().getValue() && field == Field.RdtEnableMonitoring) {
                throw new SandboxException.Unsupported("NRI plugin " + owners.named(field, "")
                        + " wants a class of service of Intel RDT, but this runtime does not manage resctrl");
            }
        }
    }

    private void addDevices(List<Device> devices, List<DeviceCgroup> rules) throws SandboxException {
        for (var message : wanted.getDevicesList()) {
            boolean gone = message.getPath().startsWith(GONE);
            var path = gone ? message.getPath().substring(1) : message.getPath();
            devices.removeIf(known -> known.path().equals(path));
            if (gone) {
                continue;
            }
            var device = device(message);
            devices.add(device);
            if (device.type() != DeviceType.FIFO) {
                rules.add(new DeviceCgroup(true, device.type(), device.major(), device.minor(), "rwm"));
            }
        }
    }

    private Device device(LinuxDevice message) throws SandboxException {
        var by = owners.named(Field.Devices, message.getPath());
        var type = LimitMessages.deviceType(message.getType(), by);
        if (!message.getPath().startsWith("/") || type == DeviceType.ALL) {
            throw new SandboxException.Refused("NRI plugin " + by + " wants the device \"" + message.getPath()
                    + "\" of type " + type + ", but a device has an absolute path and is one of b, c, u, p");
        }
        return new Device(
                type,
                message.getPath(),
                message.getMajor(),
                message.getMinor(),
                message.hasFileMode() ? (Integer) message.getFileMode().getValue() : null,
                message.hasUid()
                        ? (Long) Integer.toUnsignedLong(message.getUid().getValue())
                        : null,
                message.hasGid()
                        ? (Long) Integer.toUnsignedLong(message.getGid().getValue())
                        : null);
    }

    private List<Namespace> namespaces(List<Namespace> present) throws SandboxException {
        var all = new ArrayList<>(present);
        for (var message : wanted.getNamespacesList()) {
            boolean gone = message.getType().startsWith(GONE);
            var name = gone ? message.getType().substring(1) : message.getType();
            var type = Arrays.stream(Namespace.Type.values())
                    .filter(known -> known.toString().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new SandboxException.Refused("NRI plugin " + owners.named(Field.Namespace, name)
                            + " wants a namespace of type \"" + name + "\", which does not exist"));
            all.removeIf(known -> known.type() == type);
            if (!gone) {
                all.add(new Namespace(type, message.getPath().isEmpty() ? null : message.getPath()));
            }
        }
        return all;
    }

    private Optional<MemoryPolicy> memoryPolicy() throws SandboxException {
        if (!wanted.hasMemoryPolicy()) {
            return Optional.empty();
        }
        var message = wanted.getMemoryPolicy();
        try {
            return Optional.of(new MemoryPolicy(
                    MemoryPolicy.Mode.valueOf(message.getMode().name()),
                    message.getNodes().isEmpty() ? null : message.getNodes(),
                    message.getFlagsList().stream()
                            .map(flag -> MemoryPolicy.Flag.valueOf(flag.name()))
                            .toList()));
        } catch (IllegalArgumentException e) {
            throw new SandboxException.Refused("NRI plugin " + owners.named(Field.MemoryPolicy, "")
                    + " wants a memory policy with a mode or flag that does not exist");
        }
    }

    /// Below the cgroup root, wherever the plugin wants it.
    private Optional<String> cgroup() throws SandboxException {
        var path = wanted.getCgroupsPath();
        if (path.isEmpty()) {
            return Optional.empty();
        }
        if (ScopeName.isMeantBy(path)) {
            if (!Systemd.booted()) {
                throw refusedCgroup(path, "systemd is not the first process of this node; give an absolute path");
            }
            try {
                return Optional.of(ScopeName.parse(path).cgroupsPath());
            } catch (IllegalArgumentException e) {
                throw refusedCgroup(path, String.valueOf(e.getMessage()));
            }
        }
        var normal = Path.of(path).normalize();
        if (!path.startsWith("/")
                || normal.getNameCount() == 0
                || !normal.toString().equals(path)) {
            throw refusedCgroup(
                    path,
                    "a cgroup has an absolute path such as /kubepods/podUID/NAME, or with the systemd driver a place"
                            + " such as kubepods-podUID.slice:crij:NAME");
        }
        return Optional.of(path);
    }

    private SandboxException.Refused refusedCgroup(String path, String why) {
        return new SandboxException.Refused(
                "NRI plugin " + owners.named(Field.CgroupsPath, "") + " wants the cgroup \"" + path + "\", but " + why);
    }
}
