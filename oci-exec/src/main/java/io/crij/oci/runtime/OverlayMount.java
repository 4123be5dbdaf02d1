package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_CLOEXEC;
import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.MountFlags.*;

import io.crij.linux.OverlayLayers;
import io.crij.oci.program.Call;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.runtime.OciException.Unsupported;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The overlay of an image's layers, as a mount that is attached nowhere. How the layers are named depends on the
/// kernel; see [OverlayLayers]. In a user namespace every layer is an idmapped mount (kernel 5.19), which older kernels
/// take only when it is attached somewhere: that happens in a mount namespace that ends with the step.
final class OverlayMount {
    // fsconfig(2) takes no longer values, mount(2) no more than a page
    private static final int LONGEST_OPTION = 255;
    private static final int LONGEST_DATA = 4095;

    private final Setup setup;
    private final Steps steps;
    private final Rootfs.Overlay overlay;
    private final boolean mapped;
    private int next;

    OverlayMount(Setup setup, Rootfs.Overlay overlay) {
        this.setup = setup;
        this.steps = setup.steps;
        this.overlay = overlay;
        this.mapped = setup.rootMapping != Descriptors.NONE;
        next = setup.freeNumber() + 1;
    }

    /// Leaves it in [Setup#root].
    void make() throws Unsupported {
        if (overlay.upper().isEmpty() && overlay.lower().size() == 1) {
            // overlayfs wants two layers at least
            Path only = overlay.lower().getFirst();
            mappedCopy(only, setup.root);
            steps.setAttributes("make the root read-only", setup.root, false, MOUNT_ATTR_RDONLY, 0, 0);
            return;
        }
        OverlayLayers kernel = setup.overlayLayers;
        if (!mapped) {
            switch (kernel) {
                case MOUNT_OPTIONS -> mountNumbered(openAll());
                case PATHS, DETACHED_MOUNTS -> configure(paths());
            }
            return;
        }
        switch (kernel) {
            case MOUNT_OPTIONS ->
                new OtherMounts(setup).run(setup.root, () -> asRoot(() -> mountNumbered(attachAll())));
            case PATHS -> new OtherMounts(setup).run(setup.root, () -> asRoot(() -> configure(attachAll())));
            case DETACHED_MOUNTS -> {
                asRoot(() -> configure(detached()));
                actAs(0, 0);
            }
        }
    }

    /// A layer, and what overlayfs finds it by.
    private sealed interface Layer {
        String key();

        Path folder();

        record Named(String key, Path folder, String name) implements Layer {}

        record Opened(String key, Path folder, Register fd) implements Layer {}
    }

    private static List<Layer> layers(Rootfs.Overlay overlay) {
        List<Layer> layers = new ArrayList<>();
        overlay.lower().forEach(folder -> layers.add(named("lowerdir+", folder)));
        overlay.upper().ifPresent(folder -> layers.add(named("upperdir", folder)));
        overlay.work().ifPresent(folder -> layers.add(named("workdir", folder)));
        return layers;
    }

    private static Layer named(String key, Path folder) {
        return new Layer.Named(key, folder, folder.toString());
    }

    private List<Layer> paths() {
        return layers(overlay);
    }

    /// Opens the layers at numbers that are known, so that their names are: short ones, without characters that have a
    /// meaning among mount options.
    private List<Layer> openAll() {
        List<Layer> opened = new ArrayList<>();
        Register folder = setup.p.register("layer");
        for (Layer layer : layers(overlay)) {
            String path = layer.folder().toString();
            steps.open("open the layer " + path, Abi.CWD, path, O_PATH | O_DIRECTORY, folder);
            opened.add(numbered(layer.key(), layer.folder(), folder));
        }
        return opened;
    }

    private Layer numbered(String key, Path folder, Register fd) {
        int number = next++;
        setup.p.call("number the layer " + folder, Call.DUP3, fd, Operand.of(number), Abi.openFlags(O_CLOEXEC));
        steps.close(fd);
        return new Layer.Named(key, folder, "/proc/self/fd/" + number);
    }

    /// Idmapped mounts of the layers. They stay open: a detached mount goes when its last descriptor is closed.
    private List<Layer> detached() throws Unsupported {
        var p = setup.p;
        List<Layer> layers = new ArrayList<>();
        for (Path folder : overlay.lower()) {
            Register layer = p.register("layer");
            mappedCopy(folder, layer);
            layers.add(new Layer.Opened("lowerdir+", folder, layer));
        }
        Optional<Path> parent = parentOfUpper();
        if (parent.isPresent()) {
            Register mapped = p.register("upperParent");
            mappedCopy(parent.get(), mapped);
            for (Layer layer : layers(overlay)) {
                if (!layer.key().equals("lowerdir+")) {
                    Register folder = p.register(layer.key());
                    openBelow(mapped, layer.folder(), folder);
                    layers.add(new Layer.Opened(layer.key(), layer.folder(), folder));
                }
            }
        }
        return layers;
    }

    /// The same, attached over the folders themselves.
    private List<Layer> attachAll() throws Unsupported {
        var p = setup.p;
        Optional<Path> parent = parentOfUpper();
        List<Layer> layers = new ArrayList<>();
        Register mount = p.register("layer");
        for (Path folder : overlay.lower()) {
            mappedCopy(folder, mount);
            attachOver(folder, mount);
            layers.add(numbered("lowerdir+", folder, mount));
        }
        if (parent.isPresent()) {
            mappedCopy(parent.get(), mount);
            attachOver(parent.get(), mount);
            Register folder = p.register("upperFolder");
            for (Layer layer : layers(overlay)) {
                if (!layer.key().equals("lowerdir+")) {
                    openBelow(mount, layer.folder(), folder);
                    layers.add(numbered(layer.key(), layer.folder(), folder));
                }
            }
            steps.close(mount);
        }
        return layers;
    }

    private void mappedCopy(Path folder, Register into) {
        String about = mapped ? "map the owners of " + folder : "open the layer " + folder;
        steps.copyTree(about, Abi.CWD, folder.toString(), false, into);
        if (mapped) {
            steps.mapOwners(about, into, false, setup.rootMapping);
        }
    }

    private void attachOver(Path folder, Register mount) {
        Register place = setup.p.register("layerPlace");
        steps.open("open the layer " + folder, Abi.CWD, folder.toString(), O_PATH | O_DIRECTORY, place);
        steps.attach("attach the layer " + folder, mount, place);
        steps.close(place);
    }

    private void openBelow(Register parent, Path folder, Register into) {
        steps.open("open " + folder, parent, String.valueOf(folder.getFileName()), O_PATH | O_DIRECTORY, into);
    }

    /// Upper and work folder must be on the same mount, so their parent is the one whose owners are mapped.
    private Optional<Path> parentOfUpper() throws Unsupported {
        if (overlay.upper().isEmpty()) {
            return Optional.empty();
        }
        Path upper = overlay.upper().get();
        Path work = overlay.work().orElseThrow();
        Path parent = upper.toAbsolutePath().getParent();
        if (parent == null || !parent.equals(work.toAbsolutePath().getParent())) {
            throw new Unsupported("the overlay's folders " + upper + " and " + work
                    + " have different parents: with a user namespace they have to lie side by side");
        }
        return Optional.of(parent);
    }

    private interface Action {
        void run() throws Unsupported;
    }

    /// An overlay touches its layers with the rights of whoever makes it, for ever: in layers whose owners are mapped
    /// the host's root is nobody, so it is made with the ids of the container's root, and the capabilities kept.
    private void asRoot(Action action) throws Unsupported {
        actAs(HostIds.of(0, setup.linux.uidMappings()), HostIds.of(0, setup.linux.gidMappings()));
        action.run();
    }

    private void actAs(long uid, long gid) {
        var p = setup.p;
        p.call("act as group " + gid, Call.SETFSGID, Operand.of(gid)).tolerateAll();
        p.call("act as user " + uid, Call.SETFSUID, Operand.of(uid)).tolerateAll();
        long all = setup.privileges.capabilities().permitted();
        Identity.capset(p, "keep the capabilities", all, all, 0);
    }

    /// fsopen, fsconfig, fsmount.
    private void configure(List<Layer> layers) throws Unsupported {
        var p = setup.p;
        Register context = p.register("overlay");
        p.call("open overlayfs", Call.FSOPEN, p.text("overlay"), Operand.of(FSOPEN_CLOEXEC, "CLOEXEC"))
                .into(context);
        set(context, "source", "overlay");
        if (setup.mountLabel != null) {
            set(context, "context", setup.mountLabel);
        }
        for (Layer layer : layers) {
            switch (layer) {
                case Layer.Named(String key, Path folder, String name) -> set(context, key, name);
                case Layer.Opened(String key, Path folder, Register fd) ->
                    p.call(
                            "set the overlay's " + key + " to " + folder,
                            Call.FSCONFIG,
                            context,
                            Operand.of(FSCONFIG_SET_FD, "SET_FD"),
                            p.text(key),
                            Abi.ZERO,
                            fd);
            }
        }
        for (String option : overlay.options()) {
            int equals = option.indexOf('=');
            if (equals < 0) {
                command(
                        context,
                        "set the overlay's " + option,
                        FSCONFIG_SET_FLAG,
                        "SET_FLAG",
                        p.text(option),
                        Abi.ZERO);
            } else {
                set(context, option.substring(0, equals), option.substring(equals + 1));
            }
        }
        command(context, makes(), FSCONFIG_CMD_CREATE, "CREATE", Abi.ZERO, Abi.ZERO);
        long readOnly = overlay.upper().isPresent() ? 0 : MOUNT_ATTR_RDONLY;
        Operand close = Operand.of(FSMOUNT_CLOEXEC, "CLOEXEC");
        p.call("mount the overlay", Call.FSMOUNT, context, close, Abi.attributes(readOnly))
                .into(setup.root);
        steps.close(context);
    }

    private String makes() {
        return mapped
                ? "make the overlay of the image's layers with mapped owners (kernels before 5.19 cannot)"
                : "make the overlay of the image's layers";
    }

    private void set(Operand context, String key, String value) throws Unsupported {
        if (value.length() > LONGEST_OPTION) {
            throw new Unsupported("overlay option " + key + " is longer than the " + LONGEST_OPTION
                    + " characters that the kernel takes: " + value + "; use a shorter data folder");
        }
        var p = setup.p;
        String about = "set the overlay's " + key + " to " + value;
        command(context, about, FSCONFIG_SET_STRING, "SET_STRING", p.text(key), p.text(value));
    }

    private void command(Operand context, String about, int command, String name, Operand key, Operand value) {
        setup.p.call(about, Call.FSCONFIG, context, Operand.of(command, name), key, value, Abi.ZERO);
    }

    /// mount(2) knows no detached mounts: it is attached at the bundle, in a mount namespace of the program's own, and
    /// copied from there.
    private void mountNumbered(List<Layer> layers) throws Unsupported {
        var p = setup.p;
        List<String> options = new ArrayList<>();
        String lower = layers.stream()
                .filter(layer -> layer.key().equals("lowerdir+"))
                .map(OverlayMount::name)
                .collect(Collectors.joining(":"));
        options.add("lowerdir=" + lower);
        layers.stream()
                .filter(layer -> !layer.key().equals("lowerdir+"))
                .forEach(layer -> options.add(layer.key() + "=" + name(layer)));
        options.addAll(overlay.options());
        if (setup.mountLabel != null) {
            options.add("context=\"" + setup.mountLabel + "\"");
        }
        String data = String.join(",", options);
        if (data.length() > LONGEST_DATA) {
            throw new Unsupported("an overlay of " + overlay.lower().size() + " layers needs " + data.length()
                    + " characters of mount options, this kernel takes " + LONGEST_DATA);
        }
        Path place = setup.request.bundle();
        int readOnly = overlay.upper().isPresent() ? 0 : MS_RDONLY;
        Operand overlayfs = p.text("overlay");
        Operand target = p.text(place.toString());
        Operand flags = Abi.flags(readOnly, readOnly == 0 ? "0" : "MS_RDONLY");
        p.call(makes(), Call.MOUNT, overlayfs, target, overlayfs, flags, p.text(data));
        steps.copyTree("take the overlay from " + place, Abi.CWD, place.toString(), false, setup.root);
        p.call("unmount the overlay's first place", Call.UMOUNT2, target, Abi.flags(MNT_DETACH, "MNT_DETACH"));
        p.call("close the layers", Call.CLOSE_RANGE, Operand.of(next - layers.size()), Operand.of(next - 1), Abi.ZERO);
    }

    private static String name(Layer layer) {
        return switch (layer) {
            case Layer.Named(String key, Path folder, String name) -> name;
            case Layer.Opened opened -> throw new IllegalStateException(opened + " has no name");
        };
    }
}
