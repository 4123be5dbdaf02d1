package io.crij.oci.runtime;

import io.crij.linux.OverlayLayers;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the parts of a container's program share while it is compiled.
final class Setup {
    final CreateRequest request;
    final Spec spec;
    final Linux linux;
    final ProgramBuilder p;
    final Steps steps;
    final Slots slots;
    final Reserved reserved;
    final Host host;

    /// The container's root: its mount, once it is attached.
    final Register root;

    /// The tmpfs at `/dev` that was made for the container; -1 when there is none.
    final Register dev;

    /// The devpts at `/dev/pts` that was made for the container; -1 when there is none.
    final Register pts;

    final Privileges privileges;
    final OverlayLayers overlayLayers;

    /// SELinux context of file systems that are made for the container.
    final @Nullable String mountLabel;

    /// Numbers of user namespaces that the owners of a mount are mapped by.
    final Map<Mount, Integer> mappings;

    /// Number of the one for the root file system; -1 without.
    final int rootMapping;

    boolean devIsOurs;
    boolean ptsIsOurs;

    Setup(CreateRequest request, ProgramBuilder p, Reserved reserved, Host host) {
        this.host = host;
        this.reserved = reserved;
        this.privileges = host.privileges();
        this.overlayLayers = host.overlayLayers();
        @Nullable String label = request.spec().linux().mountLabel();
        this.mountLabel = host.labels().seLinux() && Labels.given(label) ? label : null;
        this.mappings = reserved.maps().mounts();
        this.rootMapping = reserved.maps().root();
        this.request = request;
        this.spec = request.spec();
        this.linux = request.rootfs() instanceof Rootfs.Pause ? withOwnMounts(spec.linux()) : spec.linux();
        this.p = p;
        this.steps = new Steps(p);
        this.slots = reserved.slots();
        root = p.register("root");
        dev = p.register("dev");
        pts = p.register("pts");
    }

    /// A pause sees an empty root, whether or not its configuration speaks of a mount namespace.
    private static Linux withOwnMounts(Linux linux) {
        return linux.namespace(Type.MOUNT).isPresent()
                ? linux
                : linux.with(l -> l.namespaces.add(Namespace.create(Type.MOUNT)));
    }

    /// A number that no descriptor of the program has by chance; nor have those above. Whoever opens there closes it,
    /// or leaves that to the end of the set-up, when everything above [Slots#end] is closed.
    int freeNumber() {
        return Math.max(256, 2 * slots.end());
    }

    boolean creates(Type type) {
        return linux.creates(type);
    }

    boolean joins(Type type) {
        return linux.namespace(type).filter(n -> n.path() != null).isPresent();
    }

    /// Whether devices can only be bound, since nodes cannot be made.
    boolean bindsDevices() {
        return userNamespace() || privileges.ordinary();
    }

    boolean userNamespace() {
        return linux.namespace(Type.USER).isPresent();
    }
}
