package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_RDONLY;

/// How the running kernel's overlayfs takes its layers. Asked for, since distributions carry such things back.
public enum OverlayLayers {
    /// By the options of mount(2) only: overlayfs does not know the new mount interface (it does since kernel 6.5), or
    /// not yet with a layer at a time.
    MOUNT_OPTIONS,
    /// By path, one `lowerdir+` each, kernel 6.8.
    PATHS,
    /// By descriptor, those of mounts that are attached nowhere included, kernel 6.15.
    DETACHED_MOUNTS;

    private static final class Known {
        static final OverlayLayers OF_THIS_KERNEL = probe();
    }

    // any two folders that do not contain each other; overlayfs refuses others
    private static final String ONE = "/etc";
    private static final String OTHER = "/usr";

    /// The answer of the first [#probe].
    public static OverlayLayers ofThisKernel() {
        return Known.OF_THIS_KERNEL;
    }

    /// Asks the kernel, with an overlay that is made and dropped again. Whoever may not mount gets the oldest answer.
    public static OverlayLayers probe() {
        if (takesDetachedMounts()) {
            return DETACHED_MOUNTS;
        }
        return takesPaths() ? PATHS : MOUNT_OPTIONS;
    }

    private static boolean takesDetachedMounts() {
        try (Fd one = Mounts.openTree(Fd.CWD, ONE, true, false);
                Fd other = Mounts.openTree(Fd.CWD, OTHER, true, false);
                var overlay = new FileSystemContext("overlay")) {
            overlay.set("lowerdir+", one);
            overlay.set("lowerdir+", other);
            overlay.create();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private static boolean takesPaths() {
        try (Fd folder = Fd.open(ONE, O_RDONLY | O_DIRECTORY);
                var overlay = new FileSystemContext("overlay")) {
            // the kernel's stand-in for file systems that do not know the interface takes any string and refuses it
            // when the file system is made, but it takes no descriptor
            try {
                overlay.set("lowerdir+", folder);
            } catch (ErrnoException e) {
                if (e.errno() == Errno.EOPNOTSUPP) {
                    return false;
                }
            }
            overlay.set("lowerdir+", OTHER);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }
}
