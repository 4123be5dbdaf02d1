package io.crij.oci.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.crij.linux.Self;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Capabilities;
import io.crij.oci.spec.DeviceType;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.LinuxResources;
import io.crij.oci.spec.LinuxResources.DeviceCgroup;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Rlimit;
import io.crij.oci.spec.Root;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

final class SpecTemplate implements Verb {
    private final Syntax syntax = new Syntax("spec", "Writes a config.json to begin with.");
    private final Argument<Path> bundle =
            syntax.path("--bundle, -b", "DIR", Path.of(""), "Where; the current folder if not given.");
    private final Argument<Boolean> rootless =
            syntax.flag("--rootless", "For an ordinary user: in a user namespace, without limits.");

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws IOException, InvalidSpec {
        Path file = bundle.value().toAbsolutePath().resolve("config.json");
        if (Files.exists(file)) {
            throw new InvalidSpec("config.json", file.toString(), "exists; move it away first");
        }
        Spec spec = rootless.value() ? rootless(template(), Self.uid(), Self.gid()) : template();
        Files.writeString(file, pretty(new SpecWriter().write(spec)));
        return 0;
    }

    private static String pretty(byte[] json) throws IOException {
        var text = new StringWriter();
        var factory = new JsonFactory();
        try (JsonParser in = factory.createParser(json);
                JsonGenerator out = factory.createGenerator(text).useDefaultPrettyPrinter()) {
            in.nextToken();
            out.copyCurrentStructure(in);
        }
        return text.toString();
    }

    static Spec template() {
        var capabilities = List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
        return Spec.EMPTY.with(s -> {
            s.process = Process.EMPTY.with(p -> {
                p.terminal = true;
                p.args = List.of("sh");
                p.env = List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm");
                p.capabilities = Capabilities.of(capabilities);
                p.rlimits = List.of(new Rlimit(Rlimit.Type.RLIMIT_NOFILE, 1024, 1024));
                p.noNewPrivileges = true;
            });
            s.root = new Root("rootfs", true);
            s.hostname = "oci-exec";
            s.mounts = mounts();
            s.linux = linux();
        });
    }

    /// Root inside is this user outside; what one user alone cannot have is left out.
    static Spec rootless(Spec spec, int uid, int gid) {
        return spec.with(s -> {
            s.linux = s.linux.with(l -> {
                // the host's network: a new namespace has no way out without somebody's help
                l.namespaces.removeIf(n -> n.type() == Namespace.Type.NETWORK);
                l.namespaces.add(Namespace.create(Namespace.Type.USER));
                l.uidMappings = List.of(new IdMapping(0, uid, 1));
                l.gidMappings = List.of(new IdMapping(0, gid, 1));
                l.resources = LinuxResources.NONE;
            });
            s.mounts = spec.mounts().stream()
                    .filter(mount -> !mount.destination().startsWith("/sys"))
                    .map(SpecTemplate::withoutOwners)
                    .collect(Collectors.toCollection(ArrayList::new));
            // a new sysfs belongs to a network namespace of one's own
            s.mounts.add(Mount.bind("/sys", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro"));
        });
    }

    /// Only id 0 is mapped.
    private static Mount withoutOwners(Mount mount) {
        List<String> options = mount.options().stream()
                .filter(option -> !option.startsWith("gid=") && !option.startsWith("uid="))
                .toList();
        return new Mount(mount.destination(), mount.type(), mount.source(), options, List.of(), List.of());
    }

    private static List<Mount> mounts() {
        return List.of(
                Mount.of("proc", "proc", "/proc"),
                Mount.of("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
                Mount.of(
                        "devpts",
                        "devpts",
                        "/dev/pts",
                        "nosuid",
                        "noexec",
                        "newinstance",
                        "ptmxmode=0666",
                        "mode=0620",
                        "gid=5"),
                Mount.of("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
                Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                Mount.of("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
    }

    private static Linux linux() {
        return Linux.EMPTY.with(l -> {
            l.resources = LinuxResources.NONE.with(
                    r -> r.devices.add(new DeviceCgroup(false, DeviceType.ALL, null, null, "rwm")));
            l.namespaces = List.of(
                    Namespace.create(Namespace.Type.PID),
                    Namespace.create(Namespace.Type.NETWORK),
                    Namespace.create(Namespace.Type.IPC),
                    Namespace.create(Namespace.Type.UTS),
                    Namespace.create(Namespace.Type.MOUNT),
                    Namespace.create(Namespace.Type.CGROUP));
            l.maskedPaths = List.of(
                    "/proc/acpi",
                    "/proc/asound",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/sys/firmware",
                    "/proc/scsi");
            l.readonlyPaths = List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
        });
    }
}
