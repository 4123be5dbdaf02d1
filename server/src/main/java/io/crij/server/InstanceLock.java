package io.crij.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps a second server away from what can have one only. The kernel gives the lock back when this process ends,
/// however.
final class InstanceLock implements AutoCloseable {
    private final FileChannel file;
    private final FileLock lock;

    private InstanceLock(Path path, String refusal) throws IOException {
        Files.createDirectories(path.toAbsolutePath().getParent());
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken;
        try {
            taken = file.tryLock();
        } catch (OverlappingFileLockException e) {
            taken = null;
        }
        if (taken == null) {
            file.close();
            throw new IOException(refusal);
        }
        lock = taken;
    }

    /// @throws IOException another server has the folder
    static InstanceLock ofData(Path folder) throws IOException {
        return new InstanceLock(
                folder.resolve("crij.lock"),
                "Tried to take the data folder " + folder
                        + " but another crij serves from it; stop it, or choose another folder with --data");
    }

    /// A second server would take the containers that it has no records of for left-overs, and remove them.
    ///
    /// @throws IOException another server has the monitor
    static InstanceLock ofMonitor(Path socket) throws IOException {
        return new InstanceLock(
                socket.resolveSibling(socket.getFileName() + ".crij.lock"),
                "Tried to take the monitor at " + socket
                        + " but another crij has it; stop that one, or choose another socket with --monitor-socket");
    }

    @Override
    public void close() throws IOException {
        lock.release();
        file.close();
    }
}
