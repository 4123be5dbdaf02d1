package io.crij.server.spec;

import io.crij.oci.spec.Device;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.nio.file.Path;
import java.util.ArrayList;

/// Devices: the nodes that the request names, those of whole folders, and all of the host for privileged containers;
/// and the rules that let the container use them. The usual ones (null, zero, tty …) are there without being asked for.
final class DevicesPart implements Part {
    private final HostDevices host = new HostDevices(Path.of("/dev"));

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var devices = new ArrayList<Device>();
        var rules = new ArrayList<DeviceCgroup>();
        boolean everything = wanted.privileged() && !wanted.handler().privilegedWithoutHostDevices();
        rules.add(new DeviceCgroup(everything, null, null, null, "rwm"));
        if (everything) {
            devices.addAll(host.all());
        }
        for (var request : wanted.config().getDevicesList()) {
            var access = access(request.getPermissions());
            for (var device : host.at(request.getHostPath(), request.getContainerPath())) {
                devices.removeIf(known -> known.path().equals(device.path()));
                devices.add(device);
                rules.add(rule(device, access));
            }
        }
        return spec.with(s -> s.linux = s.linux.with(l -> {
            l.devices = devices;
            l.resources = l.resources.with(r -> r.devices = rules);
        }));
    }

    private static DeviceCgroup rule(Device device, String access) {
        return new DeviceCgroup(true, device.type(), device.major(), device.minor(), access);
    }

    private static String access(String permissions) throws SandboxException {
        if (permissions.isEmpty()) {
            return "rwm";
        }
        if (!permissions.matches("[rwm]{1,3}")) {
            throw new SandboxException.Invalid("config.devices.permissions", permissions, "must be made of r, w and m");
        }
        return permissions;
    }
}
