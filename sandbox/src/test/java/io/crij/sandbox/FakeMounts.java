package io.crij.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Mounts that are only files, and fail when told to.
final class FakeMounts implements PodMounts {
    final Set<Path> mounted = ConcurrentHashMap.newKeySet();
    volatile String failingPin = "";
    volatile long shmSize;

    @Override
    public void pin(int pid, String kind, Path target) throws IOException {
        if (kind.equals(failingPin)) {
            throw new IOException("no pin of " + kind + " for the test");
        }
        Files.writeString(target, pid + " " + kind);
        mounted.add(target);
    }

    @Override
    public void unpin(Path target) throws IOException {
        mounted.remove(target);
        Files.deleteIfExists(target);
    }

    @Override
    public void shm(Path target, long size, long owner, long group) throws IOException {
        Files.createDirectories(target);
        mounted.add(target);
        shmSize = size;
    }

    @Override
    public void removeShm(Path target) throws IOException {
        mounted.remove(target);
        Files.deleteIfExists(target);
    }
}
