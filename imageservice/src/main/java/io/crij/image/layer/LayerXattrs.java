package io.crij.image.layer;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;

/// Which extended attributes of a layer are taken over.
final class LayerXattrs {
    private LayerXattrs() {}

    @FunctionalInterface
    interface Setting {
        void run() throws ErrnoException;
    }

    /// An image's own `trusted.overlay.*` would steer the kernel's overlay (redirects to other folders), and
    /// `security.selinux` belongs to the machine that built it.
    static boolean isKept(String name) {
        return name.startsWith("user.")
                || name.equals("security.capability")
                || name.equals("security.ima")
                || name.startsWith("system.posix_acl_");
    }

    /// Attributes of users are left out where the file system has none, as with every other tool.
    static void set(String name, Setting setting) throws ErrnoException {
        try {
            setting.run();
        } catch (ErrnoException e) {
            boolean missing = e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.EPERM;
            if (!missing || !name.startsWith("user.")) {
                throw e;
            }
        }
    }
}
