package io.crij.oci.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// NUMA memory policy of a process, as for set_mempolicy(2).
///
/// @param nodes list such as `0-1,3`
public record MemoryPolicy(Mode mode, @Nullable String nodes, List<Flag> flags) {
    public MemoryPolicy {
        Absent.required(mode, "mode");
        flags = Absent.toEmpty(flags);
    }

    /// The `mode` argument of set_mempolicy(2) with its flags.
    public int value() {
        return flags.stream().mapToInt(Flag::bit).reduce(mode.number(), (a, b) -> a | b);
    }

    /// The ordinal is the number in linux/mempolicy.h.
    public enum Mode {
        MPOL_DEFAULT,
        MPOL_PREFERRED,
        MPOL_BIND,
        MPOL_INTERLEAVE,
        MPOL_LOCAL,
        MPOL_PREFERRED_MANY,
        MPOL_WEIGHTED_INTERLEAVE;

        public int number() {
            return ordinal();
        }
    }

    public enum Flag {
        MPOL_F_STATIC_NODES(1 << 15),
        MPOL_F_RELATIVE_NODES(1 << 14),
        MPOL_F_NUMA_BALANCING(1 << 13);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }

        public int bit() {
            return bit;
        }
    }
}
