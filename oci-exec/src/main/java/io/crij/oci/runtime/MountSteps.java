package io.crij.oci.runtime;

import static io.crij.linux.abi.MountFlags.*;

import io.crij.oci.cgroup.CgroupFolders;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.Targets.Missing;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import io.crij.oci.spec.Namespace.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The mounts of the specification, in their order. Every mount is made detached, complete with its attributes, and
/// then attached to the descriptor of its place.
final class MountSteps {
    private static final String CGROUPS = "sys/fs/cgroup";
    // what lxcfs offers instead of files of proc
    private static final Set<String> ALLOWED_IN_PROC = Set.of(
            "proc/cpuinfo",
            "proc/diskstats",
            "proc/meminfo",
            "proc/stat",
            "proc/swaps",
            "proc/uptime",
            "proc/loadavg",
            "proc/slabinfo",
            "proc/net/dev",
            "proc/sys/kernel/ns_last_pid",
            "proc/sys/crypto/fips_enabled");

    private final Setup setup;
    private final Steps steps;
    private final Targets targets;
    private final FileSystem fileSystem;
    private final CgroupMount cgroupMount;
    private final Map<Mount, Register> prepared;
    private final Register mount;
    private final Register target;
    private final List<Register> readOnlyLater = new ArrayList<>();

    /// @param prepared bind mounts that the shim has made already
    /// @param beforeCgroup what has to be done before the container's own cgroup can be seen
    MountSteps(
            Setup setup, Targets targets, CgroupFolders cgroups, Map<Mount, Register> prepared, Runnable beforeCgroup) {
        this.setup = setup;
        this.steps = setup.steps;
        this.targets = targets;
        this.prepared = prepared;
        fileSystem = new FileSystem(steps, setup.mountLabel);
        mount = setup.p.register("mount");
        target = setup.p.register("target");
        cgroupMount = new CgroupMount(setup, fileSystem, cgroups, beforeCgroup);
    }

    void all() throws OciException {
        List<Mount> mounts = setup.spec.mounts();
        for (int i = 0; i < mounts.size(); i++) {
            one(mounts.get(i), "mounts[" + i + "]");
        }
    }

    private void one(Mount config, String path) throws OciException {
        String place = Targets.clean(config.destination());
        if (place.isEmpty()) {
            throw new InvalidSpec(path + ".destination", config.destination(), "is the root file system itself");
        }
        if (place.startsWith("proc/") && !ALLOWED_IN_PROC.contains(place)) {
            throw new InvalidSpec(path + ".destination", config.destination(), "nothing may be mounted inside /proc");
        }
        MountOptions options = MountOptions.of(config);
        String type = config.type() == null ? "" : config.type();
        if (config.isBind()) {
            bind(config, options, place);
            return;
        }
        if ((options.flags() & MS_REMOUNT) != 0) {
            throw new InvalidSpec(path + ".options", "remount", "is for bind mounts only");
        }
        switch (type) {
            case "" -> throw new InvalidSpec(path + ".type", "absent", "is needed where options have no bind");
            case "proc", "sysfs" -> kernelFiles(type, config, options, place);
            case "cgroup", "cgroup2" -> {
                targets.open(config.destination(), true, new Missing.Folder(), target);
                cgroupMount.attach(config, options, target);
                targets.cover(place);
                steps.close(target);
            }
            case "tmpfs" -> tmpfs(config, options, place);
            default -> {
                boolean pts = type.equals("devpts") && place.equals("dev/pts");
                fileSystem(type, config, options, options.attributesSet(), pts ? setup.pts : mount);
                setup.ptsIsOurs |= pts;
            }
        }
    }

    private void kernelFiles(String type, Mount config, MountOptions options, String place) throws InvalidSpec {
        String where = "at " + config.destination();
        targets.open(config.destination(), false, new Missing.Folder(), target);
        if (type.equals("sysfs") && setup.userNamespace() && !setup.creates(Type.NETWORK)) {
            // refused to whoever does not own the network namespace: the host's is bound instead
            steps.copyTree("mount sysfs " + where, Abi.CWD, "/sys", true, mount);
            steps.setAttributes("mount sysfs " + where, mount, true, options.attributesSet(), 0, 0);
        } else {
            fileSystem.make(type, where, type, options.data(), options.flags(), options.attributesSet(), mount);
        }
        attach(config, options, mount);
        if (type.equals("sysfs") && place.equals("sys")) {
            targets.expect(CGROUPS);
        }
    }

    private void tmpfs(Mount config, MountOptions options, String place) throws InvalidSpec {
        boolean isDev = place.equals("dev");
        Register keep = isDev ? setup.dev : options.readOnly() ? setup.p.register("tmpfs") : mount;
        // it is filled, and mounted on, before it becomes read-only
        long attributes = options.attributesSet() & ~MOUNT_ATTR_RDONLY;
        targets.open(config.destination(), true, new Missing.Folder(), target);
        targets.refuseProc(config.destination(), target);
        String source = config.source() == null ? "tmpfs" : config.source();
        fileSystem.make(
                "tmpfs", "at " + config.destination(), source, options.data(), options.flags(), attributes, keep);
        if (isDev) {
            setup.devIsOurs = true;
            new DevFolder(setup).fill(setup.dev);
        }
        attachTo(config, options, keep, !isDev && !options.readOnly());
        if (isDev) {
            new DevFolder(setup).places().forEach(targets::expect);
        }
        if (options.readOnly()) {
            readOnlyLater.add(keep);
        }
    }

    private void fileSystem(String type, Mount config, MountOptions options, long attributes, Register into)
            throws InvalidSpec {
        targets.open(config.destination(), true, new Missing.Folder(), target);
        targets.refuseProc(config.destination(), target);
        @Nullable String source = config.source();
        fileSystem.make(
                type,
                "at " + config.destination(),
                source == null ? type : source,
                options.data(),
                options.flags(),
                attributes,
                into);
        attachTo(config, options, into, into == mount);
    }

    private void bind(Mount config, MountOptions options, String place) throws InvalidSpec {
        @Nullable Register made = prepared.get(config);
        Register from = made == null ? mount : made;
        if (made == null) {
            new BindSources(setup).open(config, options, mount);
        }
        attributes(config, options, from);
        targets.open(config.destination(), true, new Missing.Like(from), target);
        if (!ALLOWED_IN_PROC.contains(place)) {
            targets.refuseProc(config.destination(), target);
        }
        attach(config, options, from);
    }

    private void attributes(Mount config, MountOptions options, Register on) {
        long set = options.attributesSet();
        long clear = options.attributesCleared();
        if (set != 0 || clear != 0) {
            steps.setAttributes(BindSources.about(config), on, false, set, clear, 0);
        }
    }

    private void attach(Mount config, MountOptions options, Register from) {
        attachTo(config, options, from, true);
    }

    private void attachTo(Mount config, MountOptions options, Register from, boolean close) {
        String about =
                options.bind() ? BindSources.about(config) : "mount " + config.type() + " at " + config.destination();
        if (options.recursiveSet() != 0 || options.recursiveCleared() != 0) {
            steps.setAttributes(about, from, true, options.recursiveSet(), options.recursiveCleared(), 0);
        }
        for (long type : options.propagation()) {
            steps.setAttributes(about, from, (type & MS_REC) != 0, 0, 0, type & ~MS_REC);
        }
        steps.attach(about, from, target);
        targets.cover(Targets.clean(config.destination()));
        steps.close(target);
        if (close) {
            steps.close(from);
        }
    }

    /// What had to stay writable until everything was in place.
    void finish() {
        for (Register tmpfs : readOnlyLater) {
            steps.setAttributes("make a tmpfs read-only", tmpfs, false, MOUNT_ATTR_RDONLY, 0, 0);
        }
    }
}
