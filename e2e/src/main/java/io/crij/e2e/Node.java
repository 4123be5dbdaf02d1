package io.crij.e2e;

import io.crij.cri.v1.StatusRequest;
import io.crij.server.cli.CriClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A whole node: a CRI server, a registry with images, a network namespace with the bridge plugin. Everything has a
/// name of its own, so several nodes live side by side; [#close] takes everything away again.
///
/// Which server it is says the property `e2e.server`: `crij` (default) or `containerd`.
public final class Node implements AutoCloseable {
    private static final Duration CALL = Duration.ofMinutes(2);
    private static final Path PLUGINS = Path.of("/usr/lib/cni");

    private final Place place;
    private final Registry registry;
    private final ServerUnderTest server;
    private final Pods pods;
    private final @Nullable HugetlbHierarchy hugetlb;
    private @Nullable Daemon relay;

    /// Starts a node with the server that the property names.
    public static Node start() {
        return start(System.getProperty("e2e.server", "crij"));
    }

    /// @param kind `crij` or `containerd`
    public static Node start(String kind) {
        return start(kind, false, "");
    }

    /// @param kind `crij` or `containerd`
    /// @param configuration TOML, for cri-j beside the usual; when there is any, daemons of either kind can
    ///     run crun
    public static Node start(String kind, String configuration) {
        return start(kind, false, configuration);
    }

    /// One with more configuration than usual.
    ///
    /// @param configuration TOML
    public static Node startWith(String configuration) {
        return start(System.getProperty("e2e.server", "crij"), false, configuration);
    }

    /// The same with daemons in a mount namespace of their own whose mounts are all shared, as on a node with systemd.
    public static Node startWithSharedMounts() {
        return start(System.getProperty("e2e.server", "crij"), true, "");
    }

    private static Node start(String kind, boolean sharedMounts, String configuration) {
        var name = "crij-e2e-"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        var root = Folders.make(Path.of("/tmp").resolve(name));
        var network = NetworkNamespace.make(name);
        MountNamespace mounts = null;
        HugetlbHierarchy hugetlb = null;
        try {
            // other handlers may be among it, crun for instance
            hugetlb = configuration.isEmpty() ? null : new HugetlbHierarchy();
            if (hugetlb != null) {
                mounts = new MountNamespace(root.resolve("mounts.log"), hugetlb.mount());
            } else if (sharedMounts) {
                mounts = new MountNamespace(root.resolve("mounts.log"));
            }
            return new Node(new Place(name, root, network, mounts), kind, configuration, hugetlb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RuntimeException | Error e) {
            if (mounts != null) {
                mounts.close();
            }
            close(hugetlb);
            network.close();
            throw e;
        }
    }

    private static void close(@Nullable HugetlbHierarchy hugetlb) {
        try {
            if (hugetlb != null) {
                hugetlb.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Node(Place place, String kind, String configuration, @Nullable HugetlbHierarchy hugetlb) {
        this.place = place;
        this.hugetlb = hugetlb;
        Folders.make(place.cniPlugins());
        writeNetwork();
        for (var plugin : new String[] {"bridge", "host-local", "portmap", "loopback"}) {
            link(plugin);
        }
        registry = new Registry(place.root().resolve("registry"), place.network());
        Folders.write(
                place.registryConfig().resolve(registry.host()).resolve("hosts.toml"), """
                server = "http://%1$s"
                [host."http://%1$s"]
                capabilities = ["pull", "resolve"]
                """.formatted(registry.host()));
        if (!configuration.isEmpty()) {
            Folders.write(place.root().resolve("crij.conf.d/50-test.toml"), configuration);
        }
        server = switch (kind) {
            case "crij" -> new CrijServer(place);
            case "containerd" -> new ContainerdServer(place);
            default -> throw new IllegalArgumentException("no such server: " + kind);
        };
        try {
            server.start();
        } catch (RuntimeException | Error e) {
            registry.close();
            server.close();
            throw e;
        }
        pods = new Pods(this);
    }

    public Place place() {
        return place;
    }

    public Registry registry() {
        return registry;
    }

    public ServerUnderTest server() {
        return server;
    }

    /// cri-j's own daemons, for tests that kill them.
    public CrijServer crij() {
        if (server instanceof CrijServer crij) {
            return crij;
        }
        throw new IllegalStateException("this test is about cri-j");
    }

    public boolean isCrij() {
        return server instanceof CrijServer;
    }

    /// Requests as a kubelet sends them.
    public Pods pods() {
        return pods;
    }

    /// A new connection; the caller closes it.
    public CriClient connect() {
        return new CriClient(server.socket(), CALL);
    }

    /// A new client of the streaming server that the URL names; the caller closes it.
    public StreamClient stream(String url) throws IOException {
        var socket = place.root().resolve("relay.sock");
        synchronized (this) {
            if (relay == null) {
                relay = new Daemon(
                        "the relay",
                        place.log("relay"),
                        Map.of(),
                        place.network().inside(relayCommand(socket)));
                relay.awaitReady(() -> Sockets.answers(socket));
            }
        }
        return new StreamClient(socket, URI.create(url).getPort());
    }

    private static List<String> relayCommand(Path socket) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                Path.of(URI.create(LoopbackRelay.class
                                .getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toString()))
                        .toString(),
                LoopbackRelay.class.getName(),
                socket.toString());
    }

    /// What of this node's pods can be seen on the machine.
    public Traces traces() {
        return Traces.of(place, pods.made());
    }

    /// Puts another network configuration in place; the bridge again without arguments.
    public void writeNetwork() {
        writeNetwork("""
                { "cniVersion": "1.0.0", "name": "e2e", "plugins": [
                  { "type": "bridge", "bridge": "e2e0", "isGateway": true, "ipMasq": true,
                    "ipam": { "type": "host-local", "dataDir": "%s",
                      "ranges": [[{ "subnet": "10.123.0.0/16" }]], "routes": [{ "dst": "0.0.0.0/0" }] } },
                  { "type": "portmap", "capabilities": { "portMappings": true } } ] }
                """.formatted(place.leases()));
    }

    public void writeNetwork(String conflist) {
        Folders.write(place.cniConfig().resolve("10-e2e.conflist"), conflist);
    }

    /// What the server says of its network: the verbose part of its status.
    public String networkInForce() {
        return pods.client()
                .runtime()
                .status(StatusRequest.newBuilder().setVerbose(true).build())
                .getInfoMap()
                .toString();
    }

    @Override
    public void close() {
        try {
            pods.removeAll();
        } finally {
            server.close();
            registry.close();
            if (relay != null) {
                relay.stop();
            }
            if (place.mounts() != null) {
                place.mounts().close();
            }
            close(hugetlb);
            place.network().close();
            Traces.clearCgroups(place);
            Folders.delete(place.state());
            Folders.delete(place.root());
        }
    }

    private void link(String plugin) {
        try {
            Files.createSymbolicLink(place.cniPlugins().resolve(plugin), PLUGINS.resolve(plugin));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
