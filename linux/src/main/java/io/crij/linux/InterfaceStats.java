package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.List;

/// Counters of a network interface since it was made.
public record InterfaceStats(
        String name,
        long receivedBytes,
        long receivedPackets,
        long receiveErrors,
        long receiveDrops,
        long sentBytes,
        long sentPackets,
        long sendErrors,
        long sendDrops) {

    /// The interfaces of the network namespace that a process is in (`/proc/<pid>/net/dev`).
    public static List<InterfaceStats> of(int pid) throws ErrnoException {
        try (Fd file = Fd.open("/proc/" + pid + "/net/dev", O_RDONLY)) {
            return parse(KernelString.decode(file.readAll(16 << 20)));
        }
    }

    static List<InterfaceStats> parse(String text) {
        return text.lines()
                .skip(2)
                .filter(line -> line.contains(":"))
                .map(InterfaceStats::parseLine)
                .toList();
    }

    private static InterfaceStats parseLine(String line) {
        int colon = line.lastIndexOf(':');
        String[] counters = line.substring(colon + 1).strip().split("\\s+");
        return new InterfaceStats(
                line.substring(0, colon).strip(),
                Long.parseUnsignedLong(counters[0]),
                Long.parseUnsignedLong(counters[1]),
                Long.parseUnsignedLong(counters[2]),
                Long.parseUnsignedLong(counters[3]),
                Long.parseUnsignedLong(counters[8]),
                Long.parseUnsignedLong(counters[9]),
                Long.parseUnsignedLong(counters[10]),
                Long.parseUnsignedLong(counters[11]));
    }
}
