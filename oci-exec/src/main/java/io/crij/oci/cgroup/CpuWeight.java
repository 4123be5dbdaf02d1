package io.crij.oci.cgroup;

/// Version 1's `cpu.shares` as version 2's `cpu.weight`.
final class CpuWeight {
    private CpuWeight() {}

    /// 2 → 1, 1024 → 100, 262144 → 10000, on the curve that Kubernetes, runc and crun use since 2025: a quadratic in
    /// log2(shares), so that the default of one scale is the default of the other.
    static long ofShares(long shares) {
        if (shares <= 2) {
            return 1;
        }
        if (shares >= 262144) {
            return 10000;
        }
        double l = Math.log(shares) / Math.log(2);
        double exponent = (l * l + 125 * l) / 612.0 - 7.0 / 34.0;
        // 1024 must give exactly 100: floating point may land a hair above
        return (long) Math.ceil(Math.pow(10, exponent) - 1e-9);
    }
}
