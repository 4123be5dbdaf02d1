package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.MountOptions;
import io.crij.oci.spec.Namespace.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The user namespaces that a program needs for idmapped mounts, as numbers of its descriptors.
///
/// @param root for the layers of an overlay; -1 without
record IdMaps(Map<Mount, Integer> mounts, int root) {
    static final IdMaps NONE = new IdMaps(Map.of(), Descriptors.NONE);

    static IdMaps of(CreateRequest request, UserNamespaces namespaces, Slots slots) throws ErrnoException {
        Linux linux = request.spec().linux();
        Map<Mount, Integer> mounts = new HashMap<>();
        for (Mount mount : request.spec().mounts()) {
            if (MountOptions.of(mount).idmap() != MountOptions.Idmap.NONE) {
                boolean own = !mount.uidMappings().isEmpty();
                List<IdMapping> uids = own ? mount.uidMappings() : linux.uidMappings();
                List<IdMapping> gids = own ? mount.gidMappings() : linux.gidMappings();
                mounts.put(mount, slots.give(namespaces.of(uids, gids)));
            }
        }
        boolean mapped = linux.namespace(Type.USER).isPresent()
                && !linux.uidMappings().isEmpty()
                && request.rootfs() instanceof Rootfs.Overlay;
        int root = mapped ? slots.give(namespaces.of(linux.uidMappings(), linux.gidMappings())) : Descriptors.NONE;
        return new IdMaps(mounts, root);
    }
}
