package io.crij.server.nri;

import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.UpdatePodSandboxResourcesRequest;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerResources;
import io.crij.sandbox.Containers;
import io.crij.sandbox.LifeHooks;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.ResourceChange;
import io.crij.sandbox.SandboxEvent;
import io.crij.sandbox.SandboxException;
import io.crij.server.config.Config;
import io.crij.server.cri.Resources;
import io.crij.server.spec.ResourceLimits;
import io.prometheus.client.CollectorRegistry;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The Node Resource Interface. Where no plugin is connected every hook is a look into a map; NRI's messages and the
/// classes that make them are not even loaded then.
///
/// Thread-safe. [#begin] once, after recovery and before calls are served.
public final class Nri implements LifeHooks, AutoCloseable {
    private final Config config;
    private final ResourceLimits limits;
    private final boolean enabled;
    private final Roster roster = new Roster();
    private final DefaultValidator validator;
    private final @Nullable NriMetrics metrics;
    private volatile @Nullable Pods pods;
    private volatile @Nullable Containers containers;
    private @Nullable PluginHost host;
    private @Nullable PluginSocket socket;

    /// What became of a container's specification.
    ///
    /// @param resources the limits that the container has now, null when they are those of the request
    public record Outcome(Spec spec, @Nullable ContainerResources resources) {}

    public Nri(Config config, ResourceLimits limits, CollectorRegistry registry) {
        this.config = config;
        this.limits = limits;
        enabled = config.nri().enable();
        validator = new DefaultValidator(config.nriValidator());
        metrics = enabled ? new NriMetrics(registry) : null;
    }

    /// Takes note of what is there already, starts the plugins of this node and listens for others. Returns when those
    /// that were started have taken in what is there, or were given up.
    public void begin(Pods allPods, Containers allContainers) {
        pods = allPods;
        containers = allContainers;
        if (metrics == null) {
            return;
        }
        for (var pod : allPods.list()) {
            roster.addPod(pod.id());
            if (!pod.ready()) {
                roster.end(pod.id());
            }
        }
        for (var container : allContainers.list()) {
            roster.addContainer(container.id(), null);
            // looked at anew: one that ended just now was not on the roster yet
            if (allContainers
                    .exact(container.id())
                    .map(now -> now.status().ended())
                    .orElse(true)) {
                roster.end(container.id());
            }
        }
        var programs = PluginPrograms.find(config.nri());
        if (!programs.isEmpty()) {
            host().start(programs);
        }
        if (!config.nri().disableConnections()) {
            var listening = PluginSocket.listen(config.nri().socket(), connection -> host().register(connection));
            synchronized (this) {
                socket = listening.orElse(null);
            }
        }
    }

    /// Made when the first plugin comes.
    private synchronized PluginHost host() {
        if (host == null) {
            host = new PluginHost(
                    config,
                    limits,
                    validator,
                    roster,
                    Objects.requireNonNull(metrics),
                    Objects.requireNonNull(pods),
                    Objects.requireNonNull(containers));
        }
        return host;
    }

    /// A container's specification is complete but for what plugins want of it.
    ///
    /// @throws SandboxException a plugin refuses the container, plugins contradict each other, or what they want is
    ///     not valid or cannot be done
    public Outcome creating(PodRecord pod, ContainerRecord container, ContainerConfig request, Spec spec)
            throws SandboxException, InterruptedException {
        if (!enabled) {
            return new Outcome(spec, null);
        }
        var plugins = roster.addContainer(container.id(), spec);
        if (plugins.isEmpty()) {
            validator.checkPresence(
                    pod.config().annotations(), container.config().metadata().name(), List.of());
            return new Outcome(spec, null);
        }
        var outcome = host().creating().ask(plugins, pod, container, request, spec);
        roster.draft(container.id(), outcome.spec());
        return outcome;
    }

    /// New limits of a container were asked for.
    ///
    /// @return the limits to set instead
    public ResourceChange updating(String id, LinuxContainerResources request)
            throws SandboxException, InterruptedException {
        var known = containers;
        if (roster.anybody() && known != null) {
            var record = known.find(id);
            if (record.status().running() || record.status().canStart()) {
                return host().updating().ask(roster.of(record.id()), record, request);
            }
        }
        return now -> limits.change(request, Resources.message(now));
    }

    /// A container has new limits.
    public void updated(String id) throws SandboxException, InterruptedException {
        var known = containers;
        if (roster.anybody() && known != null) {
            var record = known.find(id);
            host().containerUpdated(roster.of(record.id()), record);
        }
    }

    /// The kubelet has changed a pod's sums.
    public void podUpdating(PodRecord pod, UpdatePodSandboxResourcesRequest request)
            throws SandboxException, InterruptedException {
        if (roster.anybody()) {
            host().podUpdating(roster.of(pod.id()), pod, request);
        }
    }

    public void podUpdated(PodRecord pod) throws InterruptedException {
        if (roster.anybody()) {
            host().podUpdated(roster.of(pod.id()), pod);
        }
    }

    /// Hears of containers that end by themselves.
    public void on(SandboxEvent event) {
        if (event instanceof SandboxEvent.ContainerExited exited) {
            beginToTellEnd(exited.container());
        }
    }

    private void beginToTellEnd(ContainerRecord container) {
        roster.end(container.id()).ifPresent(end -> {
            if (!end.plugins().isEmpty()) {
                // on a thread of its own: it has to be told also when whoever asked for the end goes away
                Thread.ofVirtual().name("nri-end-" + container.id()).start(() -> {
                    try {
                        host().containerStopped(end.plugins(), container);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        end.told().countDown();
                    }
                });
            }
        });
    }

    @Override
    public void podMade(PodRecord pod, int pausePid) throws SandboxException, InterruptedException {
        if (enabled) {
            var plugins = roster.addPod(pod.id());
            if (!plugins.isEmpty()) {
                host().podMade(plugins, pod, pausePid);
            }
        }
    }

    @Override
    public void podStopped(PodRecord pod) throws InterruptedException {
        var end = roster.end(pod.id());
        if (end.isPresent() && !end.get().plugins().isEmpty()) {
            try {
                host().podStopped(end.get().plugins(), pod);
            } finally {
                end.get().told().countDown();
            }
        }
    }

    @Override
    public void podGone(PodRecord pod) throws InterruptedException {
        var plugins = roster.remove(pod.id());
        if (!plugins.isEmpty()) {
            host().podGone(plugins, pod);
        }
    }

    @Override
    public void containerMade(ContainerRecord container) throws InterruptedException {
        var plugins = roster.made(container.id());
        if (!plugins.isEmpty()) {
            host().containerMade(plugins, container);
        }
    }

    @Override
    public void containerStarting(ContainerRecord container) throws SandboxException, InterruptedException {
        var plugins = roster.of(container.id());
        if (!plugins.isEmpty()) {
            host().containerStarting(plugins, container);
        }
    }

    @Override
    public void containerStarted(ContainerRecord container) throws InterruptedException {
        var plugins = roster.of(container.id());
        if (!plugins.isEmpty()) {
            host().containerStarted(plugins, container);
        }
    }

    @Override
    public void containerEnded(ContainerRecord container) throws InterruptedException {
        beginToTellEnd(container);
        roster.awaitEndTold(container.id());
    }

    @Override
    public void containerGone(ContainerRecord container) throws InterruptedException {
        var plugins = roster.remove(container.id());
        if (!plugins.isEmpty()) {
            host().containerGone(plugins, container);
        }
    }

    /// Tells plugins that the runtime goes, and ends those that it started.
    @Override
    public void close() {
        PluginSocket listening;
        PluginHost last;
        synchronized (this) {
            listening = socket;
            last = host;
        }
        if (listening != null) {
            listening.close();
        }
        if (last != null) {
            last.close();
        }
    }
}
