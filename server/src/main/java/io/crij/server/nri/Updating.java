package io.crij.server.nri;

import io.crij.cri.v1.LinuxContainerResources;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ResourceChange;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import io.crij.server.nri.proto.Event;
import io.crij.server.nri.proto.UpdateContainerRequest;
import io.crij.server.nri.proto.UpdateContainerResponse;
import io.crij.server.spec.ResourceLimits;
import java.util.List;

/// Asks plugins about new limits of a container before they are set.
final class Updating {
    private final PluginCalls calls;
    private final LimitUpdates updates;
    private final ResourceLimits limits;

    Updating(PluginCalls calls, LimitUpdates updates, ResourceLimits limits) {
        this.calls = calls;
        this.updates = updates;
        this.limits = limits;
    }

    /// @return the request, with what plugins want instead
    ResourceChange ask(List<Plugin> plugins, ContainerRecord record, LinuxContainerResources request)
            throws SandboxException, InterruptedException {
        var asked = LimitMessages.of(request);
        var collected = new Updates(record.id());
        for (var plugin : plugins) {
            if (!plugin.wants(Event.UPDATE_CONTAINER)) {
                continue;
            }
            var question = UpdateContainerRequest.newBuilder()
                    .setPod(calls.podOf(record))
                    .setContainer(calls.message(record))
                    .setLinuxResources(Limits.over(asked, collected.ofSubject()))
                    .build();
            var answer = plugin.ask(
                    "UpdateContainer", question, UpdateContainerResponse.parser(), "container " + record.id());
            if (answer.isPresent()) {
                collected.add(plugin.id(), answer.get().getUpdateList());
                collected.evict(plugin.id(), answer.get().getEvictList());
            }
        }
        updates.applyOrRefuse(collected.others());
        updates.evict(collected.evictions());
        if (!collected.concernsSubject()) {
            return now -> limits.change(request, Resources.message(now));
        }
        var whole = Limits.over(asked, collected.ofSubject());
        var merged = LimitMessages.cri(whole).toBuilder()
                .setOomScoreAdj(request.getOomScoreAdj())
                .build();
        return now -> {
            var step = limits.change(merged, Resources.message(now));
            return new ResourceChange.Step(
                    step.update(), LimitMessages.withRest(step.kernel(), collected.ofSubject(), collected.bySubject()));
        };
    }
}
