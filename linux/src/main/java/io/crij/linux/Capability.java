package io.crij.linux;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Capabilities (capabilities(7)), in the order of their numbers.
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    public int number() {
        return ordinal();
    }

    /// `CAP_SYS_ADMIN`.
    public String title() {
        return "CAP_" + name();
    }

    /// Reads `CAP_SYS_ADMIN` or `SYS_ADMIN`, in any case. Empty when there is none of that name.
    public static Optional<Capability> parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        name = name.startsWith("CAP_") ? name.substring(4) : name;
        for (Capability capability : values()) {
            if (capability.name().equals(name)) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }

    /// A set as the kernel's bit mask.
    public static long mask(Set<Capability> set) {
        long mask = 0;
        for (Capability capability : set) {
            mask |= 1L << capability.number();
        }
        return mask;
    }

    /// The known capabilities of a bit mask; newer ones are left out.
    public static EnumSet<Capability> ofMask(long mask) {
        EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
        for (Capability capability : values()) {
            if ((mask >>> capability.number() & 1) == 1) {
                set.add(capability);
            }
        }
        return set;
    }
}
