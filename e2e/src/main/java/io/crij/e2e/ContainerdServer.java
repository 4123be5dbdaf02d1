package io.crij.e2e;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The distribution's containerd with runc, and crun for a handler of that name, configured for a machine like this
/// one.
public final class ContainerdServer implements ServerUnderTest {
    private static final String PAUSE = "localhost/pause:1";

    private final Place place;
    private @Nullable Daemon server;

    ContainerdServer(Place place) {
        this.place = place;
        Folders.write(place.root().resolve("containerd.toml"), """
                version = 2
                root = "%2$s"
                state = "%1$s"
                [grpc]
                address = "%1$s/containerd.sock"
                [ttrpc]
                address = "%1$s/containerd.sock.ttrpc"
                [plugins."io.containerd.grpc.v1.cri"]
                sandbox_image = "%3$s"
                disable_apparmor = true
                restrict_oom_score_adj = true
                stream_server_port = "0"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                runtime_type = "io.containerd.runc.v2"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
                runtime_type = "io.containerd.runc.v2"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun.options]
                BinaryName = "crun"
                [plugins."io.containerd.grpc.v1.cri".cni]
                conf_dir = "%4$s"
                bin_dir = "%5$s"
                [plugins."io.containerd.grpc.v1.cri".registry]
                config_path = "%6$s"
                """.formatted(
                place.state(), place.data(), PAUSE, place.cniConfig(), place.cniPlugins(), place.registryConfig()));
    }

    @Override
    public Path socket() {
        return place.state().resolve("containerd.sock");
    }

    @Override
    public void start() {
        if (server != null) {
            return;
        }
        Folders.make(place.state());
        var configuration = place.root().resolve("containerd.toml").toString();
        server = new Daemon(
                "containerd",
                place.log("containerd"),
                Map.of(),
                place.inside(List.of("containerd", "-c", configuration)));
        server.awaitReady(() -> Sockets.isReady(socket()));
        var pause = place.root().resolve("pause.tar");
        TestImage.busybox(PAUSE, "/bin/sleep", "inf").save(pause);
        Shell.must("ctr", "-a", socket().toString(), "-n", "k8s.io", "images", "import", pause.toString());
    }

    @Override
    public void killServer() {
        Objects.requireNonNull(server).kill();
        server = null;
    }

    @Override
    public void stopServer() {
        Objects.requireNonNull(server).stop();
        server = null;
    }

    @Override
    public List<Long> daemons() {
        return List.of(Objects.requireNonNull(server).pid());
    }

    @Override
    public String logs() {
        return server == null ? "" : server.logTail();
    }

    @Override
    public void close() {
        if (server != null) {
            stopServer();
        }
    }
}
