package io.crij.oci.spec;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/// The capabilities that a process really gets, as bits: what its configuration asks for, less what this kernel does
/// not know and what the runtime itself may not give. That is a warning and no error (runtime-spec "capabilities").
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
        public static Host read() throws ErrnoException {
            io.crij.linux.Capabilities own = io.crij.linux.Capabilities.ofSelf();
            // in one read: a file below /proc/sys is at its end for any second one
            try (Fd file = Fd.open("/proc/sys/kernel/cap_last_cap", FileFlags.O_RDONLY)) {
                String last = new String(file.readAll(32), StandardCharsets.US_ASCII);
                return new Host(
                        Integer.parseInt(last.strip()),
                        io.crij.linux.Capability.mask(own.permitted()),
                        io.crij.linux.Capability.mask(own.bounding()));
            }
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
            if ((Capability.bit(name) & available) == 0) {
                missing.add(name);
            }
        }
        return available;
    }

    private static String names(long mask) {
        return String.join(", ", Capability.names(mask));
    }
}
