package io.crij.oci.spec;

import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The capabilities of linux/capability.h; the ordinal is the number.
public enum Capability {
    CAP_CHOWN,
    CAP_DAC_OVERRIDE,
    CAP_DAC_READ_SEARCH,
    CAP_FOWNER,
    CAP_FSETID,
    CAP_KILL,
    CAP_SETGID,
    CAP_SETUID,
    CAP_SETPCAP,
    CAP_LINUX_IMMUTABLE,
    CAP_NET_BIND_SERVICE,
    CAP_NET_BROADCAST,
    CAP_NET_ADMIN,
    CAP_NET_RAW,
    CAP_IPC_LOCK,
    CAP_IPC_OWNER,
    CAP_SYS_MODULE,
    CAP_SYS_RAWIO,
    CAP_SYS_CHROOT,
    CAP_SYS_PTRACE,
    CAP_SYS_PACCT,
    CAP_SYS_ADMIN,
    CAP_SYS_BOOT,
    CAP_SYS_NICE,
    CAP_SYS_RESOURCE,
    CAP_SYS_TIME,
    CAP_SYS_TTY_CONFIG,
    CAP_MKNOD,
    CAP_LEASE,
    CAP_AUDIT_WRITE,
    CAP_AUDIT_CONTROL,
    CAP_SETFCAP,
    CAP_MAC_OVERRIDE,
    CAP_MAC_ADMIN,
    CAP_SYSLOG,
    CAP_WAKE_ALARM,
    CAP_BLOCK_SUSPEND,
    CAP_AUDIT_READ,
    CAP_PERFMON,
    CAP_BPF,
    CAP_CHECKPOINT_RESTORE;

    public int number() {
        return ordinal();
    }

    /// The capability as a bit of a set of them.
    public long bit() {
        return 1L << ordinal();
    }

    private static final Capability[] ALL = values();

    private static final Map<String, Capability> BY_NAME =
            Arrays.stream(ALL).collect(Collectors.toUnmodifiableMap(Enum::name, c -> c));

    /// By exact name.
    public static Optional<Capability> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /// By number; empty for one that a newer kernel may have.
    public static Optional<Capability> numbered(int number) {
        return number < ALL.length ? Optional.of(ALL[number]) : Optional.empty();
    }

    /// The bits of those names that are known.
    public static long mask(Collection<String> names) {
        long mask = 0;
        for (String name : names) {
            mask |= bit(name);
        }
        return mask;
    }

    /// The bit of a name, 0 when it is not known.
    static long bit(String name) {
        Capability known = BY_NAME.get(name);
        return known == null ? 0 : known.bit();
    }

    /// The capabilities in a set of bits.
    public static Set<Capability> of(long mask) {
        Set<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : ALL) {
            if ((mask & capability.bit()) != 0) {
                set.add(capability);
            }
        }
        return set;
    }

    /// The names of the capabilities in a set of bits.
    public static List<String> names(long mask) {
        return of(mask).stream().map(Enum::name).toList();
    }
}
