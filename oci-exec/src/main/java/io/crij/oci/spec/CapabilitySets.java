package io.crij.oci.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// The capabilities that a process really gets, as bits: what its configuration asks for, less what this kernel does
/// not
/// know and what the runtime itself may not give. That is a warning and no error (runtime-spec "capabilities").
///
/// @param warnings one sentence each, without the container's name
public record CapabilitySets(
        long bounding, long effective, long inheritable, long permitted, long ambient, List<String> warnings) {
    public CapabilitySets {
        warnings = List.copyOf(warnings);
    }

    /// What the runtime can give.
    ///
    /// @param last highest number that the kernel knows
    /// @param permitted set of the runtime's own process
    /// @param bounding likewise
    public record Host(int last, long permitted, long bounding) {
        /// Of the running kernel and this process.
        public static Host read() throws IOException {
            int last = Integer.parseInt(
                    Files.readString(Path.of("/proc/sys/kernel/cap_last_cap")).strip());
            long permitted = 0;
            long bounding = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("CapPrm:")) {
                    permitted = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                } else if (line.startsWith("CapBnd:")) {
                    bounding = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                }
            }
            return new Host(last, permitted, bounding);
        }

        private long available() {
            return permitted & bounding & (-1L >>> 63 - last);
        }
    }

    /// Bounding, permitted and effective within what the host has; effective within permitted; ambient within permitted
    /// and inheritable, because the kernel refuses anything else.
    public static CapabilitySets of(Capabilities wanted, Host host) {
        var missing = new TreeSet<String>();
        long bounding = available(wanted.bounding(), host, missing);
        long permitted = available(wanted.permitted(), host, missing);
        long inheritable = available(wanted.inheritable(), host, missing);
        long effective = available(wanted.effective(), host, missing);
        long ambient = available(wanted.ambient(), host, missing);

        var warnings = new ArrayList<String>();
        for (String name : missing) {
            warnings.add(
                    Capability.named(name).isEmpty()
                            ? name + " is not a capability and is left out"
                            : name + " is not granted: this runtime's own process does not have it");
        }
        if ((effective & ~permitted) != 0) {
            warnings.add(names(effective & ~permitted) + " not made effective: not in the permitted set");
        }
        long ambientLost = ambient & ~(permitted & inheritable);
        if (ambientLost != 0) {
            warnings.add(names(ambientLost) + " not made ambient: not in both the permitted and the inheritable set");
        }
        return new CapabilitySets(
                bounding, effective & permitted, inheritable, permitted, ambient & ~ambientLost, warnings);
    }

    private static long available(Collection<String> names, Host host, Collection<String> missing) {
        long mask = Capability.mask(names);
        long available = mask & host.available();
        for (String name : names) {
            long bit = Capability.mask(List.of(name));
            if ((bit & available) == 0) {
                missing.add(name);
            }
        }
        return available;
    }

    private static String names(long mask) {
        return String.join(", ", Capability.names(mask));
    }
}
