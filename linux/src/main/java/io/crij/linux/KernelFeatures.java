package io.crij.linux;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.abi.Syscall;
import java.util.Set;
import java.util.stream.Collectors;

/// What the running kernel can do, asked for rather than concluded from its version where it can be asked.
///
/// @param clone3 kernel 5.3; denied by some sandboxes
/// @param openat2 kernel 5.6
/// @param pidfd pidfd_open and pidfd_getfd, kernel 5.6
/// @param closeRange kernel 5.9
/// @param mountSetattr kernel 5.12
/// @param newMountApi fsopen, fsmount, move_mount, open_tree, kernel 5.2
/// @param overlayfs loaded or built in; a module that is not loaded yet counts as absent: mount once, then ask
/// @param idmappedOverlay lower layers of an overlay may be idmapped mounts, kernel 5.19
/// @param idmappedTmpfs kernel 6.3
/// @param userNamespaces more may be made (`user.max_user_namespaces`)
/// @param timeNamespaces kernel 5.6
/// @param seccomp filters, with the actions named by [#seccompActions]
/// @param memfdNoexec `vm.memfd_noexec` of this pid namespace: 2 forbids executable memfds; 0 where the kernel has
/// no such
///     setting
/// @param pidfdExitInfo exit status after reaping, kernel 6.15
public record KernelFeatures(
        KernelVersion version,
        boolean clone3,
        boolean openat2,
        boolean pidfd,
        boolean closeRange,
        boolean mountSetattr,
        boolean newMountApi,
        boolean overlayfs,
        boolean idmappedOverlay,
        boolean idmappedTmpfs,
        boolean userNamespaces,
        boolean timeNamespaces,
        boolean seccomp,
        Set<String> seccompActions,
        int memfdNoexec,
        boolean pidfdExitInfo,
        boolean appArmor,
        boolean seLinux) {

    /// The least kernel that everything here works on.
    public static final KernelVersion FLOOR = new KernelVersion(5, 14, 0);

    /// Asks the kernel; some 20 system calls. Ask once and keep the answer.
    public static KernelFeatures probe() throws ErrnoException {
        KernelVersion version = KernelVersion.running();
        String actions = text("/proc/sys/kernel/seccomp/actions_avail", "");
        String modules = text("/sys/kernel/security/lsm", "");
        return new KernelFeatures(
                version,
                has(Syscall.CLONE3),
                has(Syscall.OPENAT2),
                has(Syscall.PIDFD_OPEN) && has(Syscall.PIDFD_GETFD),
                // without arguments it would close standard input: a last below the first is refused
                Kernel.attempt(Syscall.CLOSE_RANGE, 2, 1, 0, 0, 0) == -Errno.EINVAL,
                has(Syscall.MOUNT_SETATTR),
                has(Syscall.FSOPEN) && has(Syscall.FSMOUNT) && has(Syscall.MOVE_MOUNT) && has(Syscall.OPEN_TREE),
                text("/proc/filesystems", "").contains("\toverlay\n"),
                version.atLeast(5, 19),
                version.atLeast(6, 3),
                number(text("/proc/sys/user/max_user_namespaces", "0")) > 0 && exists("/proc/self/ns/user"),
                exists("/proc/self/ns/time"),
                !actions.isEmpty(),
                Set.of(actions.isBlank() ? new String[0] : actions.strip().split(" ")),
                number(text("/proc/sys/vm/memfd_noexec", "0")),
                version.atLeast(6, 15),
                text("/sys/module/apparmor/parameters/enabled", "N").startsWith("Y") && modules.contains("apparmor"),
                exists("/sys/fs/selinux/enforce"));
    }

    /// Names of what is required and missing; empty when this kernel will do.
    public Set<String> missing() {
        return java.util.Map.of(
                        "clone3", clone3,
                        "openat2", openat2,
                        "pidfd_open and pidfd_getfd", pidfd,
                        "close_range", closeRange,
                        "mount_setattr", mountSetattr,
                        "fsopen, fsmount, move_mount, open_tree", newMountApi,
                        "seccomp filters", seccomp)
                .entrySet()
                .stream()
                .filter(entry -> !entry.getValue())
                .map(java.util.Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// Calls it with arguments that are refused in any case: null pointers, descriptor -1, size 0.
    private static boolean has(Syscall call) {
        long result = Kernel.attempt(call, -1, 0, -1, 0, 0);
        return result != -Errno.ENOSYS && result != -Errno.EPERM;
    }

    private static boolean exists(String path) throws ErrnoException {
        return At.exists(Fd.CWD, path);
    }

    private static int number(String text) {
        return text.strip().matches("\\d{1,9}") ? Integer.parseInt(text.strip()) : Integer.MAX_VALUE;
    }

    private static String text(String path, String otherwise) throws ErrnoException {
        try (Fd file = Fd.open(path, O_RDONLY)) {
            return KernelString.decode(file.readAll(1 << 16));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EACCES) {
                return otherwise;
            }
            throw e;
        }
    }
}
