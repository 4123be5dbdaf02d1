package io.crij.sandbox.cni;

import java.util.List;

/// A version of the CNI specification.
record CniVersion(int major, int minor, int patch) implements Comparable<CniVersion> {
    /// CHECK, and `prevResult` for DEL.
    static final CniVersion V0_4 = new CniVersion(0, 4, 0);

    /// STATUS and GC.
    static final CniVersion V1_1 = new CniVersion(1, 1, 0);

    /// Those that configurations may name.
    static final List<String> KNOWN = List.of("0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

    /// @param text one of [#KNOWN]
    static CniVersion of(String text) {
        var parts = text.split("\\.", -1);
        return new CniVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    @Override
    public int compareTo(CniVersion other) {
        return java.util.Comparator.comparingInt(CniVersion::major)
                .thenComparingInt(CniVersion::minor)
                .thenComparingInt(CniVersion::patch)
                .compare(this, other);
    }
}
