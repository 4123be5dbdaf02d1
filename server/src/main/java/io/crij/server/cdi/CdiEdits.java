package io.crij.server.cdi;

import io.crij.linux.At;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.oci.spec.Device;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Hooks;
import io.crij.oci.spec.Linux.NetDevice;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.User;
import io.crij.sandbox.SandboxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the devices of a container add to its specification. Later edits replace earlier ones of the same variable,
/// device path or mount point.
public final class CdiEdits {
    private final List<CdiSpec.Edits> edits;

    CdiEdits(List<CdiSpec.Edits> edits) {
        this.edits = edits;
    }

    /// The specification, which has a process already, with the edits.
    public Spec applyTo(Spec spec) throws SandboxException {
        var changed = spec;
        for (var edit : edits) {
            changed = apply(edit, changed);
        }
        return changed;
    }

    private static Spec apply(CdiSpec.Edits edit, Spec spec) throws SandboxException {
        if (edit.intelRdt() != null) {
            throw new SandboxException.Unsupported(
                    "a CDI device of the container wants a class of Intel RDT (intelRdt), which is not supported");
        }
        var process = process(edit, Objects.requireNonNull(spec.process()));
        var mounts = mounts(edit, spec.mounts());
        var hooks = hooks(edit, spec.hooks());
        var devices = new ArrayList<>(spec.linux().devices());
        var rules = new ArrayList<>(spec.linux().resources().devices());
        for (var node : orEmpty(edit.deviceNodes())) {
            var device = device(node, process.user());
            devices.removeIf(known -> known.path().equals(device.path()));
            devices.add(device);
            if (device.type() != DeviceType.FIFO) {
                rules.add(new DeviceCgroup(true, device.type(), device.major(), device.minor(), permissions(node)));
            }
        }
        var netDevices = netDevices(edit);
        return spec.with(s -> {
            s.process = process;
            s.mounts = mounts;
            s.hooks = hooks;
            s.linux = s.linux.with(l -> {
                l.devices = devices;
                l.resources = l.resources.with(r -> r.devices = rules);
                l.netDevices.putAll(netDevices);
            });
        });
    }

    private static Map<String, NetDevice> netDevices(CdiSpec.Edits edit) throws SandboxException {
        var devices = new LinkedHashMap<String, NetDevice>();
        for (var device : orEmpty(edit.netDevices())) {
            devices.put(required("hostInterfaceName", device.hostInterfaceName()), new NetDevice(device.name()));
        }
        return devices;
    }

    private static Process process(CdiSpec.Edits edit, Process process) {
        var env = new ArrayList<>(process.env());
        for (var assignment : orEmpty(edit.env())) {
            var name = assignment.split("=", 2)[0] + "=";
            env.removeIf(known -> known.startsWith(name));
            env.add(assignment);
        }
        var gids = new LinkedHashSet<>(process.user().additionalGids());
        orEmpty(edit.additionalGids()).stream().filter(gid -> gid > 0).forEach(gids::add);
        return process.with(p -> {
            p.env = env;
            p.user = new User(p.user.uid(), p.user.gid(), p.user.umask(), List.copyOf(gids));
        });
    }

    private static List<Mount> mounts(CdiSpec.Edits edit, List<Mount> present) throws SandboxException {
        var mounts = new ArrayList<>(present);
        for (var mount : orEmpty(edit.mounts())) {
            var destination = required("containerPath", mount.containerPath());
            var type = mount.type() == null || mount.type().isEmpty() ? "bind" : mount.type();
            var options = new ArrayList<>(orEmpty(mount.options()));
            if (type.equals("bind") && !options.contains("bind") && !options.contains("rbind")) {
                options.addFirst("rbind");
            }
            mounts.removeIf(known -> known.destination().equals(destination));
            mounts.add(new Mount(
                    destination, type, required("hostPath", mount.hostPath()), options, List.of(), List.of()));
        }
        if (edit.mounts() != null) {
            // stable: only what would be covered by a later mount above it moves
            mounts.sort(Comparator.comparingInt(
                    mount -> Path.of(mount.destination()).normalize().getNameCount()));
        }
        return mounts;
    }

    private static Hooks hooks(CdiSpec.Edits edit, Hooks present) throws SandboxException {
        var hooks = present;
        for (var hook : orEmpty(edit.hooks())) {
            var added =
                    new Hook(required("path", hook.path()), orEmpty(hook.args()), orEmpty(hook.env()), hook.timeout());
            hooks = with(hooks, required("hookName", hook.hookName()), added);
        }
        return hooks;
    }

    private static Hooks with(Hooks h, String point, Hook hook) throws SandboxException {
        return switch (point) {
            case "prestart" ->
                new Hooks(
                        and(h.prestart(), hook),
                        h.createRuntime(),
                        h.createContainer(),
                        h.startContainer(),
                        h.poststart(),
                        h.poststop());
            case "createRuntime" ->
                new Hooks(
                        h.prestart(),
                        and(h.createRuntime(), hook),
                        h.createContainer(),
                        h.startContainer(),
                        h.poststart(),
                        h.poststop());
            case "createContainer" ->
                new Hooks(
                        h.prestart(),
                        h.createRuntime(),
                        and(h.createContainer(), hook),
                        h.startContainer(),
                        h.poststart(),
                        h.poststop());
            case "startContainer" ->
                new Hooks(
                        h.prestart(),
                        h.createRuntime(),
                        h.createContainer(),
                        and(h.startContainer(), hook),
                        h.poststart(),
                        h.poststop());
            case "poststart" ->
                new Hooks(
                        h.prestart(),
                        h.createRuntime(),
                        h.createContainer(),
                        h.startContainer(),
                        and(h.poststart(), hook),
                        h.poststop());
            case "poststop" ->
                new Hooks(
                        h.prestart(),
                        h.createRuntime(),
                        h.createContainer(),
                        h.startContainer(),
                        h.poststart(),
                        and(h.poststop(), hook));
            default ->
                throw new SandboxException.Unsupported(
                        "a CDI device of the container has a hook for \"" + point + "\", a point that does not exist");
        };
    }

    private static List<Hook> and(List<Hook> hooks, Hook hook) {
        return Stream.concat(hooks.stream(), Stream.of(hook)).toList();
    }

    /// What the edit leaves out is as on the host; without an owner the device is its user's.
    private static Device device(CdiSpec.DeviceNode node, User user) throws SandboxException {
        var path = required("path", node.path());
        var hostPath = node.hostPath() == null ? path : node.hostPath();
        Long uid = node.uid() == null && user.uid() > 0 ? (Long) user.uid() : node.uid();
        Long gid = node.gid() == null && user.gid() > 0 ? (Long) user.gid() : node.gid();
        var type = type(node.type());
        if (type == DeviceType.FIFO || type != null && node.major() != null && node.minor() != null) {
            long major = node.major() == null ? 0 : node.major();
            long minor = node.minor() == null ? 0 : node.minor();
            return new Device(type, path, major, minor, node.fileMode(), uid, gid);
        }
        try {
            var stat = At.stat(Fd.CWD, hostPath);
            if (!stat.isCharDevice() && !stat.isBlockDevice()) {
                throw new SandboxException.Unsupported("a CDI device of the container wants " + hostPath
                        + " but that is no device of this node; write the specification anew with the vendor's tool");
            }
            return new Device(
                    stat.isBlockDevice() ? DeviceType.BLOCK : DeviceType.CHARACTER,
                    path,
                    node.major() == null ? stat.specialDevice().major() : node.major(),
                    node.minor() == null ? stat.specialDevice().minor() : node.minor(),
                    node.fileMode() == null ? (Integer) stat.permissions() : node.fileMode(),
                    uid,
                    gid);
        } catch (ErrnoException e) {
            throw new SandboxException.Unsupported("a CDI device of the container wants " + hostPath + " but "
                    + e.getMessage() + "; write the specification anew with the vendor's tool");
        }
    }

    private static @Nullable DeviceType type(@Nullable String letter) throws SandboxException {
        return switch (letter) {
            case null -> null;
            case "" -> null;
            case "b" -> DeviceType.BLOCK;
            case "c", "u" -> DeviceType.CHARACTER;
            case "p" -> DeviceType.FIFO;
            default ->
                throw new SandboxException.Unsupported(
                        "a CDI device of the container has the type \"" + letter + "\", which is none of b, c, u, p");
        };
    }

    private static String permissions(CdiSpec.DeviceNode node) {
        return node.permissions() == null || node.permissions().isEmpty() ? "rwm" : node.permissions();
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static String required(String property, @Nullable String value) throws SandboxException {
        if (value == null || value.isEmpty()) {
            throw new SandboxException.Unsupported(
                    "a CDI device of the container has an edit without " + property + "; correct its specification");
        }
        return value;
    }
}
