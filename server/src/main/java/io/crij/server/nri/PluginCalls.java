package io.crij.server.nri;

import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.Empty;
import io.crij.server.nri.proto.Event;
import io.crij.server.nri.proto.PodSandbox;
import io.crij.server.nri.proto.PostCreateContainerRequest;
import io.crij.server.nri.proto.RunPodSandboxRequest;
import io.crij.server.nri.proto.StateChangeEvent;
import io.crij.server.nri.proto.StopContainerRequest;
import io.crij.server.nri.proto.StopContainerResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells plugins what happens, one after the other in the order of their indices. Messages are made for plugins that
/// want them only.
final class PluginCalls {
    private static final Logger LOG = LoggerFactory.getLogger(PluginCalls.class);

    private final Pods pods;
    private final Containers containers;
    private final Updates.Sink updates;

    PluginCalls(Pods pods, Containers containers, Updates.Sink updates) {
        this.pods = pods;
        this.containers = containers;
        this.updates = updates;
    }

    /// @throws SandboxException.Refused the first plugin that does; the others are not asked then
    void pod(List<Plugin> plugins, Event event, String method, PodSandbox pod)
            throws SandboxException.Refused, InterruptedException {
        for (var plugin : plugins) {
            if (plugin.wants(event)) {
                tell(plugin, event, method, pod, null, "pod " + pod.getId());
            }
        }
    }

    /// As [#pod], but nobody can refuse.
    void podInformed(List<Plugin> plugins, Event event, String method, PodRecord record) throws InterruptedException {
        var pod = PodMessage.of(record);
        for (var plugin : plugins) {
            if (plugin.wants(event)) {
                try {
                    tell(plugin, event, method, pod, null, "pod " + record.id());
                } catch (SandboxException.Refused e) {
                    LOG.warn("{}; it is done all the same", e.getMessage());
                }
            }
        }
    }

    void container(List<Plugin> plugins, Event event, String method, ContainerRecord record)
            throws SandboxException.Refused, InterruptedException {
        @Nullable Container message = null;
        for (var plugin : plugins) {
            if (plugin.wants(event)) {
                message = message == null ? message(record) : message;
                tell(plugin, event, method, podOf(record), message, "container " + record.id());
            }
        }
    }

    void containerInformed(List<Plugin> plugins, Event event, String method, ContainerRecord record)
            throws InterruptedException {
        @Nullable Container message = null;
        for (var plugin : plugins) {
            if (plugin.wants(event)) {
                message = message == null ? message(record) : message;
                try {
                    tell(plugin, event, method, podOf(record), message, "container " + record.id());
                } catch (SandboxException.Refused e) {
                    LOG.warn("{}; it is done all the same", e.getMessage());
                }
            }
        }
    }

    /// A container has ended: plugins may change the limits of others then.
    void containerStopped(List<Plugin> plugins, ContainerRecord record) throws InterruptedException {
        var collected = new Updates(record.id());
        @Nullable StopContainerRequest request = null;
        for (var plugin : plugins) {
            if (!plugin.wants(Event.STOP_CONTAINER)) {
                continue;
            }
            if (request == null) {
                request = StopContainerRequest.newBuilder()
                        .setPod(podOf(record))
                        .setContainer(message(record))
                        .build();
            }
            try {
                var answer = plugin.ask(
                        "StopContainer", request, StopContainerResponse.parser(), "container " + record.id());
                if (answer.isPresent()) {
                    collected.add(plugin.id(), answer.get().getUpdateList());
                }
            } catch (SandboxException.Refused e) {
                LOG.warn("{}; it has ended all the same", e.getMessage());
            }
        }
        updates.apply(collected.others());
    }

    private static void tell(
            Plugin plugin, Event event, String method, PodSandbox pod, @Nullable Container container, String what)
            throws SandboxException.Refused, InterruptedException {
        if (!plugin.old()) {
            // the requests about pods have one layout, those about containers another; only their names differ
            var request = container == null
                    ? RunPodSandboxRequest.newBuilder().setPod(pod).build()
                    : PostCreateContainerRequest.newBuilder()
                            .setPod(pod)
                            .setContainer(container)
                            .build();
            if (plugin.ask(method, request, Empty.parser(), what).isPresent() || plugin.closed()) {
                return;
            }
            plugin.isOld();
        }
        var request = StateChangeEvent.newBuilder().setEvent(event).setPod(pod);
        if (container != null) {
            request.setContainer(container);
        }
        plugin.ask("StateChange", request.build(), Empty.parser(), what);
    }

    /// As it is on disk.
    Container message(ContainerRecord record) {
        Optional<io.crij.oci.spec.Spec> spec;
        try {
            spec = Optional.of(containers.specOf(record));
        } catch (SandboxException e) {
            spec = Optional.empty();
        }
        return ContainerMessage.of(record, spec);
    }

    PodSandbox podOf(ContainerRecord record) {
        Supplier<PodSandbox> gone =
                () -> PodSandbox.newBuilder().setId(record.podId()).build();
        return pods.exact(record.podId()).map(PodMessage::of).orElseGet(gone);
    }
}
