package io.crij.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Writes changed records through to the disk, in batches and off the path of requests. One virtual thread, which
/// sleeps
/// while nothing changes.
final class Syncer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Syncer.class.getName());
    private static final Duration GATHER = Duration.ofSeconds(1);

    private final Set<Path> changed = new LinkedHashSet<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("record-sync").start(this::work);

    /// @param path a file, whose folder is synced too, or a folder
    synchronized void changed(Path path) {
        changed.add(path);
        notifyAll();
    }

    private void work() {
        try {
            while (awaitChange() && !closed.await(GATHER.toMillis(), TimeUnit.MILLISECONDS)) {
                syncAll();
            }
        } catch (InterruptedException _) {
            // nobody interrupts this thread
        }
        syncAll();
    }

    private synchronized boolean awaitChange() throws InterruptedException {
        while (changed.isEmpty() && closed.getCount() > 0) {
            wait();
        }
        return !changed.isEmpty();
    }

    private void syncAll() {
        Set<Path> files;
        synchronized (this) {
            files = Set.copyOf(changed);
            changed.clear();
        }
        var folders = new LinkedHashSet<Path>();
        for (var file : files) {
            sync(file);
            if (file.getParent() != null) {
                folders.add(file.getParent());
            }
        }
        folders.forEach(Syncer::sync);
    }

    private static void sync(Path path) {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException _) {
            // removed since
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Tried to sync " + path + " but " + e + "; a power cut now could lose it");
        }
    }

    @Override
    public void close() {
        // never by an interrupt, which would close a file that is being synced
        closed.countDown();
        synchronized (this) {
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
