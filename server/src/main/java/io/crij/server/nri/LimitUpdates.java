package io.crij.server.nri;

import io.crij.sandbox.Containers;
import io.crij.sandbox.ResourceChange;
import io.crij.sandbox.SandboxException;
import io.crij.server.cri.Resources;
import io.crij.server.nri.proto.LinuxResources;
import io.crij.server.spec.ResourceLimits;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes limits of containers, and ends containers, as plugins ask for it.
final class LimitUpdates implements Updates.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(LimitUpdates.class);

    private final Containers containers;
    private final ResourceLimits limits;

    LimitUpdates(Containers containers, ResourceLimits limits) {
        this.containers = containers;
        this.limits = limits;
    }

    /// A failed one.
    record Failure(Updates.Update update, SandboxException reason) {}

    @Override
    public void apply(List<Updates.Update> updates) throws InterruptedException {
        tryAll(updates);
    }

    /// All of them.
    ///
    /// @return those that failed and were not allowed to
    List<Failure> tryAll(List<Updates.Update> updates) throws InterruptedException {
        var failures = new ArrayList<Failure>();
        for (var update : updates) {
            try {
                containers.updateResources(
                        update.container(), now -> change(update.limits(), Resources.message(now), update.by()));
            } catch (SandboxException e) {
                LOG.warn(
                        "the limits of container {} that NRI plugin {} wants were not set: {}",
                        update.container(),
                        update.by(),
                        e.getMessage());
                if (!update.mayFail()) {
                    failures.add(new Failure(update, e));
                }
            }
        }
        return failures;
    }

    /// @throws SandboxException.Refused when one failed that was not allowed to
    void applyOrRefuse(List<Updates.Update> updates) throws SandboxException, InterruptedException {
        var failures = tryAll(updates);
        if (!failures.isEmpty()) {
            var first = failures.getFirst();
            throw new SandboxException.Refused("NRI plugin " + first.update().by()
                    + " wants other limits for container " + first.update().container() + " but "
                    + first.reason().getMessage());
        }
    }

    /// A change of what the CRI has words for, with the rest.
    ResourceChange.Step change(LinuxResources wanted, io.crij.cri.v1.LinuxContainerResources now, String by)
            throws SandboxException {
        var step = limits.change(LimitMessages.cri(wanted), now);
        return new ResourceChange.Step(step.update(), LimitMessages.withRest(step.kernel(), wanted, by));
    }

    /// In the background: an end may take its time.
    void evict(List<Updates.Eviction> evictions) {
        evictions.forEach(eviction ->
                Thread.ofVirtual().name("nri-evict-" + eviction.container()).start(() -> evict(eviction)));
    }

    private void evict(Updates.Eviction eviction) {
        LOG.info(
                "container {} is stopped because NRI plugin {} wants it: {}",
                eviction.container(),
                eviction.by(),
                eviction.reason());
        try {
            containers.evict(eviction.container());
        } catch (SandboxException e) {
            LOG.warn(
                    "container {} was not stopped as NRI plugin {} wanted: {}",
                    eviction.container(),
                    eviction.by(),
                    e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
