package io.crij.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Keeps a second server away from a data folder. The kernel gives the lock back when this process ends, however.
final class InstanceLock implements AutoCloseable {
    private final FileChannel file;
    private final FileLock lock;

    /// @throws IOException another server has the folder
    InstanceLock(Path folder) throws IOException {
        Files.createDirectories(folder);
        var path = folder.resolve("crij.lock");
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken;
        try {
            taken = file.tryLock();
        } catch (OverlappingFileLockException e) {
            taken = null;
        }
        if (taken == null) {
            file.close();
            throw new IOException("Tried to take the data folder " + folder
                    + " but another crij serves from it; stop it, or choose another folder with --data");
        }
        lock = taken;
    }

    @Override
    public void close() throws IOException {
        lock.release();
        file.close();
    }
}
