package io.crij.oci.seccomp;

import io.crij.oci.spec.Seccomp.Arch;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An instruction set as the kernel's seccomp sees it: its `AUDIT_ARCH_*` value and its system call numbers.
///
/// The numbers are those of the kernel's headers up to Linux 6.18, one resource file each. A table is read when it is
/// first asked for.
enum Machine {
    X86_64(Arch.SCMP_ARCH_X86_64, 0xc000003e, true),
    X86(Arch.SCMP_ARCH_X86, 0x40000003, false),
    /// Shares the value of [#X86_64]; its numbers have bit 30 set.
    X32(Arch.SCMP_ARCH_X32, 0xc000003e, false),
    AARCH64(Arch.SCMP_ARCH_AARCH64, 0xc00000b7, true),
    ARM(Arch.SCMP_ARCH_ARM, 0x40000028, false);

    /// `__X32_SYSCALL_BIT`.
    static final int X32_BIT = 0x40000000;

    private final Arch arch;
    private final int audit;
    private final boolean wide;
    private volatile @Nullable Map<String, Integer> numbers;

    Machine(Arch arch, int audit, boolean wide) {
        this.arch = arch;
        this.audit = audit;
        this.wide = wide;
    }

    /// The machine that this JVM runs on.
    static Machine host() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            default -> throw new IllegalStateException("this program runs on x86-64 and aarch64 only, not on " + name);
        };
    }

    /// Those whose programs this machine can run as well.
    List<Machine> compatible() {
        return switch (this) {
            case X86_64 -> List.of(X86, X32);
            case AARCH64 -> List.of(ARM);
            case X86, X32, ARM -> List.of();
        };
    }

    Arch arch() {
        return arch;
    }

    int audit() {
        return audit;
    }

    /// Whether arguments have 64 bits. x32's registers have, but its arguments, as its kernel interface sees them, do
    /// not.
    boolean wide() {
        return wide;
    }

    Optional<Integer> number(String syscall) {
        return Optional.ofNullable(table().get(syscall));
    }

    private Map<String, Integer> table() {
        @Nullable Map<String, Integer> known = numbers;
        if (known == null) {
            known = read();
            numbers = known;
        }
        return known;
    }

    private Map<String, Integer> read() {
        String file = name().toLowerCase(Locale.ROOT) + ".txt";
        try (@Nullable InputStream in = Machine.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("this program's own file " + file + " is missing");
            }
            var table = new HashMap<String, Integer>(1024);
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int blank = line.indexOf(' ');
                table.put(line.substring(blank + 1), Integer.valueOf(line.substring(0, blank)));
            }
            return table;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
