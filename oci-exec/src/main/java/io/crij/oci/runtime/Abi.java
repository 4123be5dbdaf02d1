package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.*;

import io.crij.linux.abi.MountFlags;
import io.crij.oci.program.Operand;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Numbers of the kernel's interface as operands with the names that a listing shows.
final class Abi {
    static final Operand CWD = Operand.of(AT_FDCWD, "CWD");
    static final Operand ZERO = Operand.of(0);
    static final Operand ONE = Operand.of(1);
    static final Operand NONE = Operand.of(-1, "-1");

    static final long RESOLVE_HOSTILE = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

    static final int SIGKILL = 9;
    static final int SIGCHLD = 17;

    private static final Map<String, Long> OPEN = new LinkedHashMap<>();
    private static final Map<String, Long> RESOLVE = Map.of(
            "IN_ROOT", RESOLVE_IN_ROOT, "NO_MAGICLINKS", RESOLVE_NO_MAGICLINKS, "NO_SYMLINKS", RESOLVE_NO_SYMLINKS);
    private static final Map<String, Long> ATTRIBUTES = new LinkedHashMap<>();

    static {
        OPEN.put("O_PATH", (long) O_PATH);
        OPEN.put("O_WRONLY", (long) O_WRONLY);
        OPEN.put("O_RDWR", (long) O_RDWR);
        OPEN.put("O_CREAT", (long) O_CREAT);
        OPEN.put("O_EXCL", (long) O_EXCL);
        OPEN.put("O_NOCTTY", (long) O_NOCTTY);
        OPEN.put("O_DIRECTORY", (long) O_DIRECTORY);
        OPEN.put("O_NOFOLLOW", (long) O_NOFOLLOW);
        OPEN.put("O_CLOEXEC", (long) O_CLOEXEC);
        ATTRIBUTES.put("ro", MountFlags.MOUNT_ATTR_RDONLY);
        ATTRIBUTES.put("nosuid", MountFlags.MOUNT_ATTR_NOSUID);
        ATTRIBUTES.put("nodev", MountFlags.MOUNT_ATTR_NODEV);
        ATTRIBUTES.put("noexec", MountFlags.MOUNT_ATTR_NOEXEC);
        ATTRIBUTES.put("nodiratime", MountFlags.MOUNT_ATTR_NODIRATIME);
        ATTRIBUTES.put("nosymfollow", MountFlags.MOUNT_ATTR_NOSYMFOLLOW);
        ATTRIBUTES.put("idmap", MountFlags.MOUNT_ATTR_IDMAP);
        ATTRIBUTES.put("noatime", MountFlags.MOUNT_ATTR_NOATIME);
        ATTRIBUTES.put("strictatime", MountFlags.MOUNT_ATTR_STRICTATIME);
    }

    private Abi() {}

    static Operand openFlags(int flags) {
        return Operand.of(Integer.toUnsignedLong(flags), names(OPEN, flags, "O_RDONLY"));
    }

    static String openNames(int flags) {
        return names(OPEN, flags, "O_RDONLY");
    }

    static String resolveNames(long resolve) {
        return RESOLVE.entrySet().stream()
                .filter(e -> (resolve & e.getValue()) != 0)
                .map(Map.Entry::getKey)
                .sorted()
                .reduce((a, b) -> a + "|" + b)
                .orElse("0");
    }

    static Operand attributes(long attributes) {
        return Operand.of(attributes, attributeNames(attributes));
    }

    static String attributeNames(long attributes) {
        return names(ATTRIBUTES, attributes, "0");
    }

    /// @param names separated by `|`, such as `MS_REC|MS_SLAVE`
    static Operand flags(long value, String names) {
        return Operand.of(value, names);
    }

    static Operand octal(int mode) {
        return Operand.of(mode, "0" + Integer.toOctalString(mode));
    }

    private static String names(Map<String, Long> bits, long flags, String none) {
        List<String> names = new ArrayList<>();
        bits.forEach((name, bit) -> {
            if ((flags & bit) == bit) {
                names.add(name);
            }
        });
        return names.isEmpty() ? none : String.join("|", names);
    }
}
