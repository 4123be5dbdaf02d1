package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.Unsupported;
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
    // fsconfig(2) takes no longer values
    private static final int LONGEST_OPTION = 255;

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
        String wanted = rootPropagation();
        boolean shared = wanted.endsWith("shared");
        String about = shared ? "keep the mounts shared with the host" : "stop mounts from showing on the host";
        changePropagation(about, shared ? MS_SHARED | MS_REC : MS_SLAVE | MS_REC);
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
        switch (setup.request.rootfs()) {
            case Rootfs.Directory(Path path) ->
                steps.copyTree("open the root file system " + path, Abi.CWD, path.toString(), true, setup.root);
            case Rootfs.Overlay overlay -> {
                if (setup.rootMapping != Descriptors.NONE) {
                    actAs(HostIds.of(0, setup.linux.uidMappings()), HostIds.of(0, setup.linux.gidMappings()));
                }
                makeOverlay(overlay);
                if (setup.rootMapping != Descriptors.NONE) {
                    actAs(0, 0);
                }
            }
            case Rootfs.Pause _ -> {}
        }
    }

    /// An overlay touches its layers with the rights of whoever makes it, for ever: in layers whose owners are mapped
    /// the host's root is nobody, so it is made with the ids of the container's root, and the capabilities kept.
    private void actAs(long uid, long gid) {
        var p = setup.p;
        p.call("act as group " + gid, Call.SETFSGID, Operand.of(gid)).tolerateAll();
        p.call("act as user " + uid, Call.SETFSUID, Operand.of(uid)).tolerateAll();
        long all = setup.privileges.capabilities().permitted();
        Identity.capset(p, "keep the capabilities", all, all, 0);
    }

    private void makeOverlay(Rootfs.Overlay overlay) throws Unsupported {
        var p = setup.p;
        Register context = p.register("overlay");
        p.call("open overlayfs", Call.FSOPEN, p.text("overlay"), Operand.of(FSOPEN_CLOEXEC, "CLOEXEC"))
                .into(context);
        set(context, "source", "overlay");
        for (Path layer : overlay.lower()) {
            layer(context, "lowerdir+", layer);
        }
        if (overlay.upper().isPresent()) {
            upper(context, overlay.upper().get(), overlay.work().orElseThrow());
        }
        for (String option : overlay.options()) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                flag(context, option);
            } else {
                set(context, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        p.call(
                "make the overlay of the image's layers",
                Call.FSCONFIG,
                context,
                Operand.of(FSCONFIG_CMD_CREATE, "CREATE"),
                Abi.ZERO,
                Abi.ZERO,
                Abi.ZERO);
        long readOnly = overlay.upper().isPresent() ? 0 : MOUNT_ATTR_RDONLY;
        p.call(
                        "mount the overlay",
                        Call.FSMOUNT,
                        context,
                        Operand.of(FSMOUNT_CLOEXEC, "CLOEXEC"),
                        Abi.attributes(readOnly))
                .into(setup.root);
        steps.close(context);
    }

    private void layer(Operand context, String key, Path folder) throws Unsupported {
        if (setup.rootMapping == Descriptors.NONE) {
            set(context, key, folder.toString());
            return;
        }
        var p = setup.p;
        Register layer = p.register("layer");
        String about = "map the owners of the layer " + folder;
        steps.copyTree(about, Abi.CWD, folder.toString(), false, layer);
        steps.mapOwners(about, layer, false, setup.rootMapping);
        // it stays open: a detached mount goes when its last descriptor is closed
        setDescriptor(context, key, folder, layer);
    }

    /// Both must be on the same mount, so their parent is the one whose owners are mapped.
    private void upper(Register context, Path upper, Path work) throws Unsupported {
        if (setup.rootMapping == Descriptors.NONE) {
            set(context, "upperdir", upper.toString());
            set(context, "workdir", work.toString());
            return;
        }
        Path parent = upper.toAbsolutePath().getParent();
        if (parent == null || !parent.equals(work.toAbsolutePath().getParent())) {
            throw new Unsupported("the overlay's folders " + upper + " and " + work
                    + " have different parents: with a user namespace they have to lie side by side");
        }
        var p = setup.p;
        Register mapped = p.register("upperParent");
        Register folder = p.register("upperFolder");
        String about = "map the owners of " + parent;
        steps.copyTree(about, Abi.CWD, parent.toString(), false, mapped);
        steps.mapOwners(about, mapped, false, setup.rootMapping);
        for (Path one : List.of(upper, work)) {
            steps.open("open " + one, mapped, String.valueOf(one.getFileName()), O_PATH | O_DIRECTORY, folder);
            setDescriptor(context, one.equals(upper) ? "upperdir" : "workdir", one, folder);
            steps.close(folder);
        }
    }

    private void setDescriptor(Operand context, String key, Path folder, Register fd) {
        var p = setup.p;
        Operand set = Operand.of(FSCONFIG_SET_FD, "SET_FD");
        p.call("set the overlay's " + key + " to " + folder, Call.FSCONFIG, context, set, p.text(key), Abi.ZERO, fd);
    }

    private void set(Operand context, String key, String value) throws Unsupported {
        if (value.length() > LONGEST_OPTION) {
            throw new Unsupported("overlay option " + key + " is longer than the " + LONGEST_OPTION
                    + " characters that the kernel takes: " + value + "; use a shorter data folder");
        }
        var p = setup.p;
        p.call(
                "set the overlay's " + key + " to " + value,
                Call.FSCONFIG,
                context,
                Operand.of(FSCONFIG_SET_STRING, "SET_STRING"),
                p.text(key),
                p.text(value),
                Abi.ZERO);
    }

    private void flag(Operand context, String key) {
        var p = setup.p;
        p.call(
                "set the overlay's " + key,
                Call.FSCONFIG,
                context,
                Operand.of(FSCONFIG_SET_FLAG, "SET_FLAG"),
                p.text(key),
                Abi.ZERO,
                Abi.ZERO);
    }

    /// Attaches the root in the container's mount namespace.
    void attach() throws InvalidSpec {
        Path place = setup.userNamespace()
                ? PUBLIC_PLACE
                : switch (setup.request.rootfs()) {
                    case Rootfs.Directory(Path path) -> path;
                    case Rootfs.Overlay _ -> setup.request.bundle();
                    case Rootfs.Pause _ -> throw new IllegalStateException("a pause has no root");
                };
        if (setup.creates(Type.MOUNT) && rootPropagation().endsWith("shared")) {
            privateParent(place);
            // a copy of a shared mount is shared; pivot_root refuses that as well
            setup.steps.setAttributes(
                    "stop mounts in the root from showing on the host", setup.root, true, 0, 0, MS_PRIVATE);
        }
        Register target = setup.p.register("place");
        steps.open("open " + place, Abi.CWD, place.toString(), O_PATH | O_DIRECTORY, target);
        steps.attach("attach the root file system at " + place, setup.root, target);
        steps.close(target);
    }

    /// pivot_root refuses a root whose parent mount is shared, and attaching there would show on the host: the mount
    /// that `place` is on becomes private. Only the root of a mount can be changed, so every folder above is tried.
    private void privateParent(Path place) {
        var p = setup.p;
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
    void enter() throws InvalidSpec {
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
        // the old root lies on top of the new one then, at the same place, and nothing else refers to it
        p.call("make it the root", Call.PIVOT_ROOT, here, here);
        p.call("detach the host's file systems", Call.UMOUNT2, here, Abi.flags(MNT_DETACH, "MNT_DETACH"));
        p.call("go to its top", Call.CHDIR, p.text("/"));
        @Nullable String wanted = setup.linux.rootfsPropagation();
        if (wanted != null && !wanted.isEmpty() && !wanted.endsWith("slave")) {
            changePropagation("set the root's propagation to " + wanted, PROPAGATION.getOrDefault(wanted, 0L));
        }
    }
}
