package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.Set;

/// The capability sets of a process.
public record Capabilities(
        Set<Capability> effective,
        Set<Capability> permitted,
        Set<Capability> inheritable,
        Set<Capability> bounding,
        Set<Capability> ambient) {

    /// Those of the calling thread, which in a JVM are those of all.
    public static Capabilities ofSelf() throws ErrnoException {
        return read("/proc/thread-self/status");
    }

    public static Capabilities of(int pid) throws ErrnoException {
        return read("/proc/" + pid + "/status");
    }

    private static Capabilities read(String path) throws ErrnoException {
        try (Fd file = Fd.open(path, O_RDONLY)) {
            return parse(KernelString.decode(file.readAll(1 << 20)));
        }
    }

    static Capabilities parse(String status) {
        return new Capabilities(
                set(status, "CapEff:"),
                set(status, "CapPrm:"),
                set(status, "CapInh:"),
                set(status, "CapBnd:"),
                set(status, "CapAmb:"));
    }

    private static Set<Capability> set(String status, String key) {
        String mask = status.lines()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + key + " in the status of a process"));
        return Capability.ofMask(
                Long.parseUnsignedLong(mask.substring(key.length()).strip(), 16));
    }
}
