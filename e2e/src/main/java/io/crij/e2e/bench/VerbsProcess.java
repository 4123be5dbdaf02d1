package io.crij.e2e.bench;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupTree;
import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pidfd;
import io.crij.oci.runtime.BuiltinRuntime;
import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Rootfs;
import io.crij.oci.runtime.Shim;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecReader;
import io.crij.oci.spec.SpecWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The process of [VerbsBench] that measures: prints who, verb and milliseconds, a line each.
final class VerbsProcess implements AutoCloseable {
    private static final int WARM_UP = 300;
    private static final int PEERS_EVERY = 4;
    private static final List<String> PEERS = List.of("crun", "runc");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path folder;
    private final Spec spec;
    private final BuiltinRuntime runtime;
    private final Map<String, PackagedRuntime> peers = new TreeMap<>();
    private final List<String> times = new ArrayList<>();
    private int counter;

    private VerbsProcess(Path folder) throws IOException, OciException, ErrnoException {
        this.folder = folder;
        this.spec = new SpecReader().spec(Files.readAllBytes(folder.resolve("spec.json")));
        this.runtime = new BuiltinRuntime(folder.resolve("state"));
        for (var peer : PEERS) {
            var program = PackagedRuntime.find(peer);
            if (program.isPresent()) {
                peers.put(peer, new PackagedRuntime(program.get(), folder.resolve("state-" + peer)));
            }
        }
    }

    /// @param args the folder with `spec.json`, the number of rounds
    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[1]);
        try (var process = new VerbsProcess(Path.of(args[0]))) {
            for (int i = 0; i < WARM_UP; i++) {
                process.builtIn();
            }
            process.times.clear();
            for (int i = 0; i < rounds; i++) {
                process.builtIn();
                if (i % PEERS_EVERY == 0) {
                    for (var peer : process.peers.entrySet()) {
                        process.peer(peer.getKey(), peer.getValue());
                    }
                }
            }
            process.times.forEach(System.out::println);
        }
    }

    @FunctionalInterface
    private interface Verb {
        void run() throws Exception;
    }

    private void time(String who, String what, Verb verb) throws Exception {
        long start = System.nanoTime();
        verb.run();
        times.add(who + " " + what + " " + (System.nanoTime() - start) / 1e6);
    }

    private Spec spec(String id) {
        return spec.with(s -> s.linux = s.linux.with(linux -> linux.cgroupsPath = linux.cgroupsPath + "/" + id));
    }

    private void builtIn() throws Exception {
        String id = "verbs-" + counter++;
        var rootfs = new Rootfs.Directory(folder.resolve("rootfs"));
        var request = new CreateRequest(id, folder, spec(id), rootfs, new Stdio.Pipes(false));
        Shim[] shim = new Shim[1];
        time(Row.OURS, "all", () -> {
            time(Row.OURS, "create", () -> shim[0] = runtime.create(request));
            time(Row.OURS, "start", () -> runtime.start(id));
            time(Row.OURS, "wait", () -> {
                awaitReadable(shim[0].exited());
                if (shim[0].exitStatus().orElseThrow().code() != 0) {
                    throw new IOException("true ended with " + shim[0].exitStatus());
                }
            });
            time(Row.OURS, "delete", () -> {
                shim[0].release();
                runtime.delete(id, false);
                shim[0].close();
            });
        });
    }

    private void peer(String name, PackagedRuntime peer) throws Exception {
        String id = "verbs-" + counter++;
        Path bundle = Files.createDirectories(folder.resolve("bundle-" + name));
        Files.write(bundle.resolve("config.json"), new SpecWriter().write(spec(id)));
        time(name, "all", () -> {
            time(name, "create", () -> peer.create(id, bundle));
            try (var pidfd = new Pidfd(Integer.parseInt(
                    Files.readString(PackagedRuntime.pidFile(bundle)).strip()))) {
                time(name, "start", () -> peer.start(id));
                time(name, "wait", () -> awaitReadable(pidfd.fd()));
            }
            time(name, "delete", () -> peer.delete(id));
        });
    }

    private static void awaitReadable(Fd fd) throws IOException {
        try (var epoll = new Epoll()) {
            epoll.add(fd, Epoll.IN, 1);
            if (epoll.await(PATIENCE, (_, _) -> {}) == 0) {
                throw new IOException("a process does not end");
            }
        }
    }

    /// Takes the cgroups' parent away too: of the hierarchy that only this process sees nobody else could.
    @Override
    public void close() throws ErrnoException {
        runtime.close();
        peers.values().forEach(PackagedRuntime::close);
        for (var hierarchy : CgroupTree.detect().hierarchies()) {
            CgroupFolder.removeTree(hierarchy.folder(String.valueOf(spec.linux().cgroupsPath())));
        }
    }
}
