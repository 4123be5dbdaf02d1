package io.crij.sandbox;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Mounts;
import io.crij.linux.abi.MountFlags;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The mounts of a pod in the host's mount namespace. All verbs may be repeated.
interface PodMounts {
    /// Keeps a namespace alive at a path, beyond the end of its processes.
    ///
    /// @param kind as in `/proc/PID/ns`
    void pin(int pid, String kind, Path target) throws IOException;

    /// Lets a namespace go; not pinned is no error.
    void unpin(Path target) throws IOException;

    /// Mounts a tmpfs for `/dev/shm`.
    ///
    /// @param owner host id of root in the pod
    void shm(Path target, long size, long owner, long group) throws IOException;

    /// Unmounts it and removes the folder; not there is no error.
    void removeShm(Path target) throws IOException;

    /// The kernel's.
    final class Real implements PodMounts {
        @Override
        public void pin(int pid, String kind, Path target) throws IOException {
            try {
                Files.createFile(target);
            } catch (FileAlreadyExistsException _) {
                // of an attempt before
            }
            Mounts.bind("/proc/" + pid + "/ns/" + kind, target.toString(), 0);
        }

        @Override
        public void unpin(Path target) throws IOException {
            unmount(target);
            Files.deleteIfExists(target);
        }

        @Override
        public void shm(Path target, long size, long owner, long group) throws IOException {
            Files.createDirectories(target);
            Mounts.mount(
                    "shm",
                    target.toString(),
                    "tmpfs",
                    MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC,
                    "mode=1777,size=" + size + ",uid=" + owner + ",gid=" + group);
        }

        @Override
        public void removeShm(Path target) throws IOException {
            unmount(target);
            Files.deleteIfExists(target);
        }

        /// All that is mounted there, one over the other, if an attempt was repeated.
        private static void unmount(Path target) throws ErrnoException {
            try {
                while (true) {
                    Mounts.unmount(target.toString(), MountFlags.MNT_DETACH | MountFlags.UMOUNT_NOFOLLOW);
                }
            } catch (ErrnoException e) {
                // EINVAL: nothing is mounted there
                if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
    }
}
