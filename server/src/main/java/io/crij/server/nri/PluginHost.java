package io.crij.server.nri;

import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.config.Config;
import io.crij.server.nri.proto.Empty;
import io.crij.server.nri.proto.Event;
import io.crij.server.nri.proto.UpdatePodSandboxRequest;
import io.crij.server.nri.proto.UpdatePodSandboxResponse;
import io.crij.server.spec.ResourceLimits;
import io.crij.ttrpc.TtrpcException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has plugins: starts those of this node, takes in those that connect, and passes on what they are to hear.
final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final Config config;
    private final Roster roster;
    private final NriMetrics metrics;
    private final Pods pods;
    private final Containers containers;
    private final LimitUpdates updates;
    private final PluginCalls calls;
    private final Creating creating;
    private final Updating updating;
    private final List<PluginProcess> processes = new ArrayList<>();

    PluginHost(
            Config config,
            ResourceLimits limits,
            DefaultValidator validator,
            Roster roster,
            NriMetrics metrics,
            Pods pods,
            Containers containers) {
        this.config = config;
        this.roster = roster;
        this.metrics = metrics;
        this.pods = pods;
        this.containers = containers;
        updates = new LimitUpdates(containers, limits);
        calls = new PluginCalls(pods, containers, updates);
        creating = new Creating(updates, validator, config.containers().cdiSpecDirs());
        updating = new Updating(calls, updates, limits);
    }

    Creating creating() {
        return creating;
    }

    Updating updating() {
        return updating;
    }

    /// Starts plugins of this node; returns when each takes part or was given up.
    void start(List<PluginPrograms.Program> programs) {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            programs.forEach(program -> tasks.execute(() -> start(program)));
        }
    }

    private void start(PluginPrograms.Program program) {
        var process = PluginProcess.start(program, config.server().state());
        if (process.isEmpty()) {
            return;
        }
        synchronized (processes) {
            processes.add(process.get());
        }
        var plugin = register(process.get().connection(), Optional.of(program), gone -> {
            left(gone);
            Thread.ofVirtual().name("nri-end-" + gone.id()).start(() -> end(process.get()));
        });
        if (plugin.isEmpty()) {
            end(process.get());
        }
    }

    /// Takes in a plugin that has connected.
    void register(SocketChannel connection) {
        register(connection, Optional.empty(), this::left);
    }

    private Optional<Plugin> register(
            SocketChannel connection, Optional<PluginPrograms.Program> program, Consumer<Plugin> onDrop) {
        return new Registration(config.nri(), roster, metrics, pods, calls, updates, onDrop, connection, program)
                .run(containers);
    }

    private void left(Plugin plugin) {
        metrics.plugins(roster.leave(plugin));
    }

    private static void end(PluginProcess process) {
        try {
            process.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void podMade(List<Plugin> plugins, PodRecord pod, int pausePid) throws SandboxException, InterruptedException {
        calls.pod(plugins, Event.RUN_POD_SANDBOX, "RunPodSandbox", PodMessage.of(pod, pausePid));
    }

    void podStopped(List<Plugin> plugins, PodRecord pod) throws InterruptedException {
        calls.podInformed(plugins, Event.STOP_POD_SANDBOX, "StopPodSandbox", pod);
    }

    void podGone(List<Plugin> plugins, PodRecord pod) throws InterruptedException {
        calls.podInformed(plugins, Event.REMOVE_POD_SANDBOX, "RemovePodSandbox", pod);
    }

    void podUpdating(List<Plugin> plugins, PodRecord pod, UpdatePodSandboxResourcesRequest asked)
            throws SandboxException, InterruptedException {
        var request = UpdatePodSandboxRequest.newBuilder()
                .setPod(PodMessage.of(pod))
                .setOverheadLinuxResources(LimitMessages.of(asked.getOverhead()))
                .setLinuxResources(LimitMessages.of(asked.getResources()))
                .build();
        for (var plugin : plugins) {
            if (plugin.wants(Event.UPDATE_POD_SANDBOX)) {
                plugin.ask("UpdatePodSandbox", request, UpdatePodSandboxResponse.parser(), "pod " + pod.id());
            }
        }
    }

    void podUpdated(List<Plugin> plugins, PodRecord pod) throws InterruptedException {
        calls.podInformed(plugins, Event.POST_UPDATE_POD_SANDBOX, "PostUpdatePodSandbox", pod);
    }

    void containerMade(List<Plugin> plugins, ContainerRecord container) throws InterruptedException {
        calls.containerInformed(plugins, Event.POST_CREATE_CONTAINER, "PostCreateContainer", container);
    }

    void containerStarting(List<Plugin> plugins, ContainerRecord container)
            throws SandboxException, InterruptedException {
        calls.container(plugins, Event.START_CONTAINER, "StartContainer", container);
    }

    void containerStarted(List<Plugin> plugins, ContainerRecord container) throws InterruptedException {
        calls.containerInformed(plugins, Event.POST_START_CONTAINER, "PostStartContainer", container);
    }

    void containerUpdated(List<Plugin> plugins, ContainerRecord container) throws InterruptedException {
        calls.containerInformed(plugins, Event.POST_UPDATE_CONTAINER, "PostUpdateContainer", container);
    }

    void containerStopped(List<Plugin> plugins, ContainerRecord container) throws InterruptedException {
        calls.containerStopped(plugins, container);
    }

    void containerGone(List<Plugin> plugins, ContainerRecord container) throws InterruptedException {
        calls.containerInformed(plugins, Event.REMOVE_CONTAINER, "RemoveContainer", container);
    }

    @Override
    public void close() {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            roster.plugins().forEach(plugin -> tasks.execute(() -> farewell(plugin)));
        }
        List<PluginProcess> left;
        synchronized (processes) {
            left = List.copyOf(processes);
        }
        left.forEach(PluginHost::end);
    }

    private static void farewell(Plugin plugin) {
        try {
            plugin.unordered("Shutdown", Empty.getDefaultInstance(), Empty.parser(), FAREWELL);
        } catch (TtrpcException e) {
            LOG.debug("NRI plugin {} did not take its leave: {}", plugin.id(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            plugin.close();
        }
    }
}
