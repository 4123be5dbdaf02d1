package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.MountInfo;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.spec.Namespace.Type;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The container's root file system: attached in its own mount namespace, entered at the end.
final class RootMount {
    private static final Map<String, Long> PROPAGATION = Map.of(
            "shared",
            (long) MS_SHARED,
            "rshared",
            (long) MS_SHARED | MS_REC,
            "slave",
            (long) MS_SLAVE,
            "rslave",
            (long) MS_SLAVE | MS_REC,
            "private",
            (long) MS_PRIVATE,
            "rprivate",
            (long) MS_PRIVATE | MS_REC,
            "unbindable",
            (long) MS_UNBINDABLE,
            "runbindable",
            (long) MS_UNBINDABLE | MS_REC);
    // the folders above the container's own may be closed to it; in its own mount namespace any other will do
    private static final Path PUBLIC_PLACE = Path.of("/etc");

    private final Setup setup;
    private final Steps steps;

    RootMount(Setup setup) {
        this.setup = setup;
        this.steps = setup.steps;
    }

    /// Nothing that is mounted from here on shows on the host.
    void isolate() throws InvalidSpec {
        if (!setup.creates(Type.MOUNT)) {
            return;
        }
        boolean shared = staysShared();
        String about = shared ? "keep the mounts shared with the host" : "stop mounts from showing on the host";
        changePropagation(about, shared ? MS_SHARED | MS_REC : MS_SLAVE | MS_REC);
    }

    /// Whether what is mounted in the container may show on the host.
    boolean staysShared() throws InvalidSpec {
        return setup.creates(Type.MOUNT) && rootPropagation().endsWith("shared");
    }

    private String rootPropagation() throws InvalidSpec {
        @Nullable String given = setup.linux.rootfsPropagation();
        if (given == null || given.isEmpty()) {
            return "rslave";
        }
        if (!PROPAGATION.containsKey(given)) {
            throw new InvalidSpec(
                    "linux.rootfsPropagation", given, "must be shared, slave, private or unbindable, or one with an r");
        }
        return given;
    }

    private void changePropagation(String about, long type) {
        var p = setup.p;
        Operand nothing = p.text("");
        p.call(about, Call.MOUNT, nothing, p.text("/"), nothing, Abi.flags(type, flagNames(type)), Abi.ZERO);
    }

    private static String flagNames(long type) {
        String name = (type & MS_SHARED) != 0
                ? "MS_SHARED"
                : (type & MS_SLAVE) != 0 ? "MS_SLAVE" : (type & MS_PRIVATE) != 0 ? "MS_PRIVATE" : "MS_UNBINDABLE";
        return (type & MS_REC) == 0 ? name : "MS_REC|" + name;
    }

    /// Makes the root's mount, not attached anywhere, and leaves it in [Setup#root].
    void make() throws OciException {
        if (setup.request.rootfs() instanceof Rootfs.Directory(Path path)) {
            steps.copyTree("open the root file system " + path, Abi.CWD, path.toString(), true, setup.root);
        } else if (setup.request.rootfs() instanceof Rootfs.Overlay overlay) {
            new OverlayMount(setup, overlay).make();
        }
    }

    /// The same, of a tree of the host's mount namespace, where it may be shared: pivot_root refuses such a root, and
    /// what is mounted below would show on the host.
    void makeOutside() throws OciException {
        make();
        if (setup.request.rootfs() instanceof Rootfs.Directory) {
            steps.setAttributes("stop mounts in the root from showing on the host", setup.root, true, 0, 0, MS_SLAVE);
        }
    }

    private Path place() {
        if (setup.userNamespace()) {
            return PUBLIC_PLACE;
        }
        return setup.request.rootfs() instanceof Rootfs.Directory(Path path) ? path : setup.request.bundle();
    }

    /// Attaches the root in the container's mount namespace.
    void attach() throws InvalidSpec {
        Path place = place();
        if (staysShared()) {
            // a copy of a shared mount is shared, and pivot_root refuses such a root
            setup.steps.setAttributes(
                    "stop mounts in the root from showing on the host", setup.root, true, 0, 0, MS_PRIVATE);
        }
        Register target = setup.p.register("place");
        steps.open("open " + place, Abi.CWD, place.toString(), O_PATH | O_DIRECTORY, target);
        steps.attach("attach the root file system at " + place, setup.root, target);
        steps.close(target);
    }

    /// pivot_root refuses a root whose parent mount is shared, and attaching there would show on the host: the
    /// mount that the root's place is on becomes private. Only a mount's root can be changed: every folder above is
    /// tried.
    void leaveHostsGroup() {
        var p = setup.p;
        Path place = place();
        Register result = p.register("parent");
        var done = p.label("parentIsPrivate");
        for (Path folder : parents(place)) {
            p.call(
                            "make the mount of " + place + " private",
                            Call.MOUNT,
                            p.text(""),
                            p.text(folder.toString()),
                            p.text(""),
                            Abi.flags(MS_PRIVATE, "MS_PRIVATE"),
                            Abi.ZERO)
                    .into(result)
                    .tolerate(io.crij.linux.Errno.EINVAL);
            p.branch(result, io.crij.oci.program.Condition.EQUAL, Abi.ZERO, done);
        }
        p.place(done);
    }

    private static List<Path> parents(Path place) {
        var parents = new java.util.ArrayList<Path>();
        for (Path folder = place.toAbsolutePath().normalize(); folder != null; folder = folder.getParent()) {
            parents.add(folder);
        }
        return parents;
    }

    /// Makes it read-only if asked for, and enters it. From here on paths are the container's.
    void enter() throws InvalidSpec, StepFailed {
        var p = setup.p;
        var config = setup.spec.root();
        if (config != null && config.readonly()) {
            steps.setAttributes("make the root read-only", setup.root, false, MOUNT_ATTR_RDONLY, 0, 0);
        }
        p.call("enter the root file system", Call.FCHDIR, setup.root);
        Operand here = p.text(".");
        if (!setup.creates(Type.MOUNT)) {
            p.call("make it the root", Call.CHROOT, here);
            p.call("go to its top", Call.CHDIR, p.text("/"));
            return;
        }
        if (setup.request.habits().pivots()) {
            pivot();
        } else {
            move();
        }
        @Nullable String wanted = setup.linux.rootfsPropagation();
        if (wanted != null && !wanted.isEmpty() && !wanted.endsWith("slave")) {
            changePropagation("set the root's propagation to " + wanted, PROPAGATION.getOrDefault(wanted, 0L));
        }
    }

    /// The host's root stays below the new one, where a process that escapes a chroot would find it: at least its proc
    /// and sysfs are taken away, which give power over the host.
    private void move() throws StepFailed {
        var p = setup.p;
        // else the host would lose them too
        changePropagation("part the host's file systems from the host", MS_SLAVE | MS_REC);
        for (String pseudo : pseudoFileSystems()) {
            // one that is below another is gone with it
            p.call("detach the host's " + pseudo, Call.UMOUNT2, p.text(pseudo), Abi.flags(MNT_DETACH, "MNT_DETACH"))
                    .tolerate(Errno.EINVAL, Errno.ENOENT);
        }
        Operand here = p.text(".");
        p.call(
                "move it over the host's root",
                Call.MOUNT,
                here,
                p.text("/"),
                p.text(""),
                Abi.flags(MS_MOVE, "MS_MOVE"),
                Abi.ZERO);
        p.call("make it the root", Call.CHROOT, here);
        p.call("go to its top", Call.CHDIR, p.text("/"));
    }

    private List<String> pseudoFileSystems() throws StepFailed {
        try {
            return MountInfo.ofSelf().stream()
                    .filter(mount -> mount.type().equals("proc") || mount.type().equals("sysfs"))
                    .map(MountInfo::mountPoint)
                    .toList();
        } catch (ErrnoException e) {
            throw new StepFailed("cannot read the host's mounts: " + e.getMessage(), e.errno(), e);
        }
    }

    private void pivot() throws InvalidSpec {
        var p = setup.p;
        Operand here = p.text(".");
        // the old root lies on top of the new one then, at the same place, and nothing else refers to it
        boolean shared = staysShared();
        Register old = p.register("old");
        if (shared) {
            steps.open("open the host's root", Abi.CWD, "/", O_PATH | O_DIRECTORY, old);
        }
        p.call("make it the root", Call.PIVOT_ROOT, here, here);
        if (shared) {
            // else the host would lose every mount that it shares
            steps.setAttributes("part the host's file systems from the host", old, true, 0, 0, MS_SLAVE);
            steps.close(old);
        }
        p.call("detach the host's file systems", Call.UMOUNT2, here, Abi.flags(MNT_DETACH, "MNT_DETACH"));
        p.call("go to its top", Call.CHDIR, p.text("/"));
    }
}
