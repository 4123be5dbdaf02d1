package io.crij.server;

import io.crij.image.ImageException;
import io.crij.image.ImageSettings;
import io.crij.image.Images;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.monitor.MonitorClient;
import io.crij.sandbox.SandboxEvent;
import io.crij.sandbox.SandboxException;
import io.crij.sandbox.Sandboxes;
import io.crij.server.call.CallMetrics;
import io.crij.server.call.Calls;
import io.crij.server.call.Readiness;
import io.crij.server.config.Config;
import io.crij.server.events.ContainerEvents;
import io.crij.server.handlers.FoundHandlers;
import io.crij.server.metrics.ServerMetrics;
import io.crij.server.monitor.MonitorStart;
import io.crij.server.nri.Nri;
import io.crij.server.rpc.AdminEndpoint;
import io.crij.server.rpc.ImageEndpoint;
import io.crij.server.rpc.RuntimeEndpoint;
import io.crij.server.spec.HostFeatures;
import io.crij.server.spec.ResourceLimits;
import io.crij.server.stats.PodMetrics;
import io.crij.server.stats.Usage;
import io.crij.server.streaming.NodeStreams;
import io.crij.server.streaming.StreamingServer;
import io.crij.server.transport.UnixServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The CRI server: the one place where its parts are made and put together.
///
/// Thread rules: [#run] belongs to one thread, [#close] may be called from any, once or more often.
public final class CriServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CriServer.class);

    private final Readiness readiness = new Readiness();
    private final ServerMetrics metrics = new ServerMetrics(Release.version());
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final List<Consumer<SandboxEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Sandboxes sandboxes;
    private final Nri nri;
    private final Usage usage;
    private final UnixServer socket;

    /// Starts the monitor if need be, opens the stores and takes the socket. Calls answer UNAVAILABLE until [#run] has
    /// recovered what an earlier server left.
    ///
    /// @throws IOException the message says what to do
    /// @param config with nothing left to decide, see [io.crij.server.config.CgroupChoice]
    public CriServer(Config config) throws IOException, InterruptedException {
        try {
            own(InstanceLock.ofData(config.server().data()));
            own(InstanceLock.ofMonitor(config.monitorSocket()));
            new MonitorStart(config).ensureRunning();
            var monitor = own(new MonitorClient(config.monitorSocket(), "crij"));
            var images = own(images(config));
            var host = HostFeatures.read();
            var handlers = FoundHandlers.probe(config, host.idmapped()).logged();
            var events = new ContainerEvents();
            nri = new Nri(config, new ResourceLimits(host), metrics.registry());
            sandboxes = own(new Sandboxes(
                    Settings.sandbox(config, handlers),
                    monitor,
                    new SnapshotRootfs(images.snapshots()),
                    nri,
                    event -> listeners.forEach(listener -> listener.accept(event))));
            own(nri);
            listeners.add(nri::on);
            listeners.add(events::on);
            listeners.add(metrics::on);
            events.describe(sandboxes.pods(), sandboxes.containers());
            var cgroups = CgroupTree.detect();
            usage = own(new Usage(
                    sandboxes.pods(),
                    sandboxes.containers(),
                    images.snapshots(),
                    cgroups,
                    config.stats().interval()));
            var podMetrics = new PodMetrics(
                    sandboxes.pods(),
                    sandboxes.containers(),
                    images.snapshots(),
                    cgroups,
                    Set.copyOf(config.stats().podMetrics()));
            listeners.add(usage::on);
            var streams = own(new NodeStreams(
                    sandboxes.pods(), sandboxes.containers(), config.server().state()));
            var streaming = own(new StreamingServer(Settings.streaming(config.streaming()), streams));
            var calls = new Calls(readiness, new CallMetrics(metrics.registry()));
            socket = own(new UnixServer(
                    config.server().socket(),
                    config.server().maxRequestSize().bytes(),
                    config.server().maxResponseSize().bytes(),
                    List.of(
                            new RuntimeEndpoint(
                                    calls,
                                    config,
                                    host,
                                    handlers,
                                    sandboxes,
                                    images,
                                    monitor,
                                    usage,
                                    podMetrics,
                                    events,
                                    streaming,
                                    nri),
                            new ImageEndpoint(
                                    calls,
                                    images,
                                    metrics.pulls(),
                                    config.server().data(),
                                    config.server().maxResponseSize().bytes()),
                            new AdminEndpoint(
                                    calls,
                                    images,
                                    metrics.pulls(),
                                    config.server().data()))));
            own(metrics).serve(config.metrics(), sandboxes.pods(), sandboxes.containers(), events, monitor);
            // the first to be closed: the socket waits for the end of calls, and these have none
            own(events);
            LOG.info(
                    "cri-j {} listens on {}; cgroup driver {}",
                    Release.version(),
                    config.server().socket(),
                    config.runtime().cgroupDriver().name().toLowerCase(Locale.ROOT));
        } catch (ImageException | ErrnoException e) {
            close();
            throw new IOException(e.getMessage(), e);
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    private static Images images(Config config) throws ImageException {
        var settings = config.images();
        return new Images(ImageSettings.of(config.server().data().resolve("images"))
                .withRegistryConfig(settings.registryConfigDirs())
                .withPinned(Set.copyOf(settings.pinned()))
                .withStallTimeout(settings.stallTimeout())
                .withParallelLayers(settings.parallelDownloads()));
    }

    /// Recovers, then serves until [#close].
    public void run() throws IOException, InterruptedException {
        readiness.enter(new Readiness.Phase.Starting("recovering pods and containers"));
        long start = System.nanoTime();
        try {
            sandboxes.recover();
        } catch (SandboxException e) {
            throw new IOException(
                    "Tried to recover the pods and containers of an earlier server but " + e.getMessage(), e);
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        metrics.recovered(took);
        usage.start();
        nri.begin(sandboxes.pods(), sandboxes.containers());
        readiness.enter(new Readiness.Phase.Ready());
        LOG.info("ready after {} ms of recovery", took.toMillis());
        socket.awaitEnd();
    }

    /// Stops serving; pods and containers live on.
    @Override
    public void close() {
        readiness.enter(new Readiness.Phase.Stopping());
        synchronized (parts) {
            while (!parts.isEmpty()) {
                var part = parts.pop();
                try {
                    part.close();
                } catch (Exception e) {
                    LOG.warn("cannot close {}", part.getClass().getSimpleName(), e);
                }
            }
        }
    }
}
