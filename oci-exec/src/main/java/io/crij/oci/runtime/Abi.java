package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;

import io.crij.linux.abi.MountFlags;
import io.crij.oci.program.Operand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Numbers of the kernel's interface as operands with the names that a listing shows.
final class Abi {
    static final Operand CWD = Operand.of(AT_FDCWD, "CWD");
    static final Operand ZERO = Operand.of(0);
    static final Operand ONE = Operand.of(1);
    static final Operand NONE = Operand.of(-1, "-1");

    static final long RESOLVE_HOSTILE = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

    static final int SIGKILL = 9;
    static final int SIGCHLD = 17;

    private static final Flags OPEN;
    private static final Flags RESOLVE;
    private static final Flags ATTRIBUTES;

    static {
        var open = new LinkedHashMap<String, Long>();
        open.put("O_PATH", (long) O_PATH);
        open.put("O_WRONLY", (long) O_WRONLY);
        open.put("O_RDWR", (long) O_RDWR);
        open.put("O_CREAT", (long) O_CREAT);
        open.put("O_EXCL", (long) O_EXCL);
        open.put("O_NOCTTY", (long) O_NOCTTY);
        open.put("O_DIRECTORY", (long) O_DIRECTORY);
        open.put("O_NOFOLLOW", (long) O_NOFOLLOW);
        open.put("O_CLOEXEC", (long) O_CLOEXEC);
        OPEN = new Flags(open, "O_RDONLY");
        var resolve = new LinkedHashMap<String, Long>();
        resolve.put("IN_ROOT", RESOLVE_IN_ROOT);
        resolve.put("NO_MAGICLINKS", RESOLVE_NO_MAGICLINKS);
        resolve.put("NO_SYMLINKS", RESOLVE_NO_SYMLINKS);
        RESOLVE = new Flags(resolve, "0");
        var attributes = new LinkedHashMap<String, Long>();
        attributes.put("ro", MountFlags.MOUNT_ATTR_RDONLY);
        attributes.put("nosuid", MountFlags.MOUNT_ATTR_NOSUID);
        attributes.put("nodev", MountFlags.MOUNT_ATTR_NODEV);
        attributes.put("noexec", MountFlags.MOUNT_ATTR_NOEXEC);
        attributes.put("nodiratime", MountFlags.MOUNT_ATTR_NODIRATIME);
        attributes.put("nosymfollow", MountFlags.MOUNT_ATTR_NOSYMFOLLOW);
        attributes.put("idmap", MountFlags.MOUNT_ATTR_IDMAP);
        attributes.put("noatime", MountFlags.MOUNT_ATTR_NOATIME);
        attributes.put("strictatime", MountFlags.MOUNT_ATTR_STRICTATIME);
        ATTRIBUTES = new Flags(attributes, "0");
    }

    private Abi() {}

    static Operand openFlags(int flags) {
        return OPEN.operand(Integer.toUnsignedLong(flags));
    }

    static String openNames(int flags) {
        return OPEN.operand(Integer.toUnsignedLong(flags)).toString();
    }

    static String resolveNames(long resolve) {
        return RESOLVE.operand(resolve).toString();
    }

    static Operand attributes(long attributes) {
        return ATTRIBUTES.operand(attributes);
    }

    static String attributeNames(long attributes) {
        return ATTRIBUTES.operand(attributes).toString();
    }

    /// @param names separated by `|`, such as `MS_REC|MS_SLAVE`
    static Operand flags(long value, String names) {
        return Operand.of(value, names);
    }

    static Operand octal(int mode) {
        return Operand.of(mode, "0" + Integer.toOctalString(mode));
    }

    /// The flags of one argument. Every program has the same few combinations: they are put into words once.
    private static final class Flags {
        private final Map<String, Long> bits;
        private final String none;
        private final Map<Long, Operand> known = new ConcurrentHashMap<>();

        Flags(Map<String, Long> bits, String none) {
            this.bits = bits;
            this.none = none;
        }

        Operand operand(long flags) {
            Operand operand = known.get(flags);
            if (operand == null) {
                operand = Operand.of(flags, names(flags));
                known.put(flags, operand);
            }
            return operand;
        }

        private String names(long flags) {
            List<String> names = new ArrayList<>();
            bits.forEach((name, bit) -> {
                if ((flags & bit) == bit) {
                    names.add(name);
                }
            });
            return names.isEmpty() ? none : String.join("|", names);
        }
    }
}
