package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;

import io.crij.linux.Device;
import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.Targets.Missing;
import io.crij.oci.spec.DeviceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Device nodes and links of `/dev`. A tmpfs that was made for the container is filled before it is attached, so no
/// link of the image can lead a node elsewhere (CVE-2026-41579); in a user namespace, where nodes cannot be made, the
/// host's are bound.
final class DevFolder {
    private static final List<io.crij.oci.spec.Device> DEFAULTS = List.of(
            device("/dev/null", 1, 3),
            device("/dev/zero", 1, 5),
            device("/dev/full", 1, 7),
            device("/dev/random", 1, 8),
            device("/dev/urandom", 1, 9),
            device("/dev/tty", 5, 0));
    private static final Map<String, String> LINKS = new LinkedHashMap<>();

    static {
        LINKS.put("fd", "/proc/self/fd");
        LINKS.put("stdin", "/proc/self/fd/0");
        LINKS.put("stdout", "/proc/self/fd/1");
        LINKS.put("stderr", "/proc/self/fd/2");
        LINKS.put("ptmx", "pts/ptmx");
    }

    private final Setup setup;

    DevFolder(Setup setup) {
        this.setup = setup;
    }

    private static io.crij.oci.spec.Device device(String path, int major, int minor) {
        return new io.crij.oci.spec.Device(DeviceType.CHARACTER, path, major, minor, 0666, null, null);
    }

    /// Fills a folder that nothing else can reach yet: nodes and links right below it, places for later mounts.
    void fill(Register dev) {
        LINKS.forEach((name, target) -> link(dev, name, target));
        places().forEach(place -> folder(dev, place.substring(4)));
        if (setup.bindsDevices()) {
            return;
        }
        wanted().values().stream().filter(d -> name(d).indexOf('/') < 0).forEach(d -> node(dev, name(d), d));
    }

    /// Folders right below `/dev` that later mounts go to.
    List<String> places() {
        return setup.spec.mounts().stream()
                .filter(mount -> !mount.isBind())
                .map(mount -> Targets.clean(mount.destination()))
                .filter(place -> place.startsWith("dev/") && place.indexOf('/', 4) < 0)
                .toList();
    }

    /// What [#fill] could not do: devices in folders below, all devices in a user namespace, or everything when
    /// `/dev` is the image's own. Nothing at all when the specification binds something to `/dev`.
    void complete(Targets targets) {
        boolean bound = setup.spec.mounts().stream()
                .anyMatch(m -> Targets.clean(m.destination()).equals("dev") && m.isBind());
        if (bound) {
            return;
        }
        var p = setup.p;
        Register folder = p.register("folder");
        if (!setup.devIsOurs) {
            targets.open("/dev", false, new Missing.Folder(), folder);
            LINKS.forEach((name, target) -> link(folder, name, target));
            setup.steps.close(folder);
        }
        for (var device : wanted().values()) {
            boolean done =
                    setup.devIsOurs && !setup.bindsDevices() && name(device).indexOf('/') < 0;
            if (!done) {
                String above =
                        device.path().substring(0, Math.max(1, device.path().lastIndexOf('/')));
                targets.open(above, false, new Missing.Folder(), folder);
                String name = device.path().substring(device.path().lastIndexOf('/') + 1);
                if (setup.bindsDevices()) {
                    bind(folder, name, device);
                } else {
                    replace(folder, name, device);
                }
                setup.steps.close(folder);
            }
        }
    }

    private Map<String, io.crij.oci.spec.Device> wanted() {
        Map<String, io.crij.oci.spec.Device> wanted = new LinkedHashMap<>();
        DEFAULTS.forEach(d -> wanted.put(d.path(), d));
        setup.linux.devices().forEach(d -> wanted.put("/" + Targets.clean(d.path()), d));
        return wanted;
    }

    /// Below `/dev`; devices elsewhere keep their slash.
    private static String name(io.crij.oci.spec.Device device) {
        String path = Targets.clean(device.path());
        return path.startsWith("dev/") ? path.substring(4) : "/" + path;
    }

    private void link(Register dev, String name, String target) {
        var p = setup.p;
        p.call("make the link /dev/" + name, Call.SYMLINKAT, p.text(target), dev, p.text(name))
                .tolerate(Errno.EEXIST, Errno.EROFS);
    }

    private void folder(Register dev, String name) {
        var p = setup.p;
        p.call("make the folder /dev/" + name, Call.MKDIRAT, dev, p.text(name), Abi.octal(0755))
                .tolerate(Errno.EEXIST);
    }

    private void replace(Register folder, String name, io.crij.oci.spec.Device device) {
        var p = setup.p;
        // what the image has there is never used: it could be a link, or another device
        p.call("remove the image's " + device.path(), Call.UNLINKAT, folder, p.text(name), Abi.ZERO)
                .tolerate(Errno.ENOENT);
        node(folder, name, device);
    }

    private void node(Register folder, String name, io.crij.oci.spec.Device device) {
        var p = setup.p;
        @Nullable Integer permissions = device.fileMode();
        int type = type(device.type());
        int mode = type | ((permissions == null ? 0666 : permissions) & 07777);
        long number = type == S_IFIFO ? 0 : new Device((int) device.major(), (int) device.minor()).encoded();
        String about = "make the device " + device.path() + " (" + device.major() + ":" + device.minor() + ")";
        p.call(about, Call.MKNODAT, folder, p.text(name), Abi.octal(mode), Operand.of(number));
        long uid = device.uid() == null ? 0 : device.uid();
        long gid = device.gid() == null ? 0 : device.gid();
        if (uid != 0 || gid != 0) {
            Operand nofollow = Abi.flags(AT_SYMLINK_NOFOLLOW, "NOFOLLOW");
            p.call(about, Call.FCHOWNAT, folder, p.text(name), Operand.of(uid), Operand.of(gid), nofollow);
        }
    }

    private void bind(Register folder, String name, io.crij.oci.spec.Device device) {
        var p = setup.p;
        var steps = setup.steps;
        String about = "bind the host's " + device.path();
        Register mount = p.register("deviceOfHost");
        Register place = p.register("devicePlace");
        p.call(about, Call.MKNODAT, folder, p.text(name), Operand.of(S_IFREG | 0644, "S_IFREG|0644"), Abi.ZERO)
                .tolerate(Errno.EEXIST);
        steps.open(about, folder, name, O_PATH | O_NOFOLLOW, place);
        steps.copyTree(about, Abi.CWD, device.path(), false, mount);
        steps.attach(about, mount, place);
        steps.close(place);
        steps.close(mount);
    }

    private static int type(DeviceType type) {
        return switch (type) {
            case CHARACTER, UNBUFFERED -> S_IFCHR;
            case BLOCK -> S_IFBLK;
            case FIFO -> S_IFIFO;
            case ALL -> throw new IllegalArgumentException("type a is for cgroup rules only, not for device nodes");
        };
    }
}
