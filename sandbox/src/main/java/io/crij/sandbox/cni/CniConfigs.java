package io.crij.sandbox.cni;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.EventFd;
import io.crij.linux.Inotify;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The network configurations of a folder, read anew whenever the folder changes. The first by file name is the
/// network of pods, or the one with the name configured. One platform thread of its own waits for changes.
final class CniConfigs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(CniConfigs.class.getName());
    private static final int CHANGES = Inotify.CLOSE_WRITE
            | Inotify.MOVED_TO
            | Inotify.MOVED_FROM
            | Inotify.CREATE
            | Inotify.DELETE
            | Inotify.DELETE_SELF
            | Inotify.MOVE_SELF;
    private static final int GONE = Inotify.DELETE_SELF | Inotify.MOVE_SELF | Inotify.IGNORED;

    private final Path folder;
    private final String wanted;
    private final CniConfigReader reader = new CniConfigReader();
    private final EventFd stop = new EventFd();
    private final Inotify inotify = new Inotify();
    private final Thread watcher;
    private volatile Loaded loaded = new Loaded(List.of(), List.of());

    /// What a folder holds.
    ///
    /// @param rejected why files were left out, a sentence each
    record Loaded(List<CniNetwork> networks, List<String> rejected) {}

    /// @param wanted name of the pods' network, empty for the first
    CniConfigs(Path folder, String wanted) throws IOException {
        this.folder = folder;
        this.wanted = wanted;
        Files.createDirectories(folder);
        inotify.watch(folder.toString(), CHANGES);
        loaded = load();
        watcher = Thread.ofPlatform().name("cni-configuration").daemon().start(this::watch);
    }

    /// What the folder held when it was last read.
    Loaded loaded() {
        return loaded;
    }

    /// The network of pods.
    CniNetwork current() throws CniException {
        var now = loaded;
        for (var network : now.networks()) {
            if (wanted.isEmpty() || wanted.equals(network.name())) {
                return network;
            }
        }
        throw new CniException(missing(now), "", 0, null);
    }

    private String missing(Loaded now) {
        var message = new StringBuilder("no usable CNI network in " + folder);
        if (!wanted.isEmpty()) {
            message.append(" has the name \"").append(wanted).append("\" that the configuration asks for");
        }
        message.append("; a network add-on puts a .conflist file there");
        now.rejected().forEach(reason -> message.append("; ").append(reason));
        return message.toString();
    }

    private Loaded load() {
        var networks = new ArrayList<CniNetwork>();
        var rejected = new ArrayList<String>();
        for (var file : files()) {
            try {
                networks.add(reader.read(file));
            } catch (CniException e) {
                LOG.log(Level.WARNING, e.getMessage());
                rejected.add(String.valueOf(e.getMessage()));
            }
        }
        return new Loaded(List.copyOf(networks), List.copyOf(rejected));
    }

    private List<Path> files() {
        try (var entries = Files.list(folder)) {
            return entries.filter(file -> file.toString().matches(".*\\.(conflist|conf|json)"))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "Tried to list CNI configurations in " + folder + " but " + e);
            return List.of();
        }
    }

    private void watch() {
        try (var epoll = new Epoll()) {
            epoll.add(inotify.fd(), Epoll.IN, 0);
            epoll.add(stop.fd(), Epoll.IN, 1);
            var stopped = new boolean[1];
            while (true) {
                epoll.await((token, _) -> stopped[0] |= token == 1);
                if (stopped[0]) {
                    return;
                }
                changed();
            }
        } catch (ErrnoException | RuntimeException e) {
            LOG.log(Level.ERROR, "Changes in " + folder + " are no longer seen until a restart: " + e);
        }
    }

    private void changed() throws ErrnoException {
        var gone = false;
        for (var event : inotify.poll()) {
            gone |= (event.mask() & GONE) != 0;
        }
        if (gone) {
            watchAnew();
        }
        loaded = load();
    }

    private void watchAnew() throws ErrnoException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ErrnoException("mkdir", io.crij.linux.Errno.EIO, folder + ": " + e);
        }
        inotify.watch(folder.toString(), CHANGES);
    }

    @Override
    public void close() {
        try {
            stop.raise();
            watcher.join();
        } catch (ErrnoException e) {
            LOG.log(Level.WARNING, "Tried to end the watch of " + folder + " but " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        inotify.close();
        stop.close();
    }
}
