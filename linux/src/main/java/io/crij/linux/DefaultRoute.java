package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import java.util.Comparator;
import java.util.Optional;

/// The interface through which the rest of the world is reached.
public final class DefaultRoute {
    private static final int UP = 0x1;
    private static final int REJECT = 0x200;

    private DefaultRoute() {}

    private record Route(String device, long metric) {}

    /// In the network namespace that a process is in: the one with the IPv4 default route of the lowest metric, else
    /// IPv6. Empty when there is none.
    public static Optional<String> of(int pid) throws ErrnoException {
        var four = ipv4(text("/proc/" + pid + "/net/route"));
        return four.isPresent() ? four : ipv6(text("/proc/" + pid + "/net/ipv6_route"));
    }

    private static String text(String path) throws ErrnoException {
        try (Fd file = Fd.open(path, O_RDONLY)) {
            return KernelString.decode(file.readAll(16 << 20));
        } catch (ErrnoException e) {
            // a kernel without this family
            if (e.errno() == Errno.ENOENT) {
                return "";
            }
            throw e;
        }
    }

    /// `Iface Destination Gateway Flags RefCnt Use Metric Mask …`, addresses and flags in hexadecimal.
    static Optional<String> ipv4(String text) {
        return text.lines()
                .skip(1)
                .map(line -> line.strip().split("\\s+"))
                .filter(f -> f.length > 7 && f[1].equals("00000000") && f[7].equals("00000000"))
                .filter(f -> usable(Long.parseLong(f[3], 16)))
                .map(f -> new Route(f[0], Long.parseLong(f[6])))
                .min(Comparator.comparingLong(Route::metric))
                .map(Route::device);
    }

    /// `destination length source length next-hop metric references use flags device`, all but the last hexadecimal.
    static Optional<String> ipv6(String text) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(f -> f.length > 9 && f[0].matches("0{32}") && f[1].equals("00") && !f[9].equals("lo"))
                .filter(f -> usable(Long.parseLong(f[8], 16)))
                .map(f -> new Route(f[9], Long.parseLong(f[5], 16)))
                .min(Comparator.comparingLong(Route::metric))
                .map(Route::device);
    }

    private static boolean usable(long flags) {
        return (flags & UP) != 0 && (flags & REJECT) == 0;
    }
}
