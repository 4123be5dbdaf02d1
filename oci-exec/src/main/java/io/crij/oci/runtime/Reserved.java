package io.crij.oci.runtime;

import java.util.Optional;

/// The descriptors of a container's program by number, all of them reserved before its process begins: that is sooner
/// than the program is compiled, see [Launch].
///
/// @param program the program's own
/// @param maps user namespaces for idmapped mounts
/// @param network a network namespace to use instead of a new one
record Reserved(Slots slots, int program, ShimSlots shim, HookPipes hooks, IdMaps maps, Optional<Integer> network) {}
