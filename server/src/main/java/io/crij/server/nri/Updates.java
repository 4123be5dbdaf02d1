package io.crij.server.nri;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.ContainerEviction;
import io.crij.server.nri.proto.ContainerUpdate;
import io.crij.server.nri.proto.LinuxResources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Changes of limits of containers that are there, collected over all plugins during one event. For one thread.
final class Updates {
    private final String subject;
    private final Map<String, Collected> byContainer = new LinkedHashMap<>();
    private final List<Eviction> evictions = new ArrayList<>();

    /// The limits that one container shall have.
    ///
    /// @param by the plugins, for messages
    /// @param mayFail not worth failing the event for
    record Update(String container, LinuxResources limits, String by, boolean mayFail) {}

    record Eviction(String container, String reason, String by) {}

    /// Carries them out.
    interface Sink {
        /// All of them, past those that fail.
        void apply(List<Update> updates) throws InterruptedException;
    }

    private static final class Collected {
        private final Owners owners;
        private LinuxResources limits = LinuxResources.getDefaultInstance();
        private String by = "";
        private boolean mayFail = true;

        private Collected(String container) {
            owners = new Owners(container);
        }
    }

    /// @param subject id of the container that the event is about
    Updates(String subject) {
        this.subject = subject;
    }

    /// @throws SandboxException.Refused two plugins want different things
    void add(String plugin, List<ContainerUpdate> wanted) throws SandboxException.Refused {
        for (var update : wanted) {
            var id = update.getContainerId();
            var collected = byContainer.computeIfAbsent(id, Collected::new);
            var limits = update.getLinux().getResources();
            try {
                Limits.claim(limits, collected.owners, plugin);
            } catch (SandboxException.Refused e) {
                if (update.getIgnoreFailure()) {
                    continue;
                }
                throw e;
            }
            collected.limits = Limits.over(collected.limits, limits);
            collected.by = collected.by.isEmpty() ? plugin : collected.by + "," + plugin;
            collected.mayFail &= update.getIgnoreFailure();
        }
    }

    void evict(String plugin, List<ContainerEviction> wanted) {
        wanted.forEach(
                eviction -> evictions.add(new Eviction(eviction.getContainerId(), eviction.getReason(), plugin)));
    }

    boolean concernsSubject() {
        return byContainer.containsKey(subject);
    }

    /// What the plugins want of the container that the event is about.
    LinuxResources ofSubject() {
        var collected = byContainer.get(subject);
        return collected == null ? LinuxResources.getDefaultInstance() : collected.limits;
    }

    String bySubject() {
        var collected = byContainer.get(subject);
        return collected == null ? "" : collected.by;
    }

    List<Update> others() {
        return byContainer.entrySet().stream()
                .filter(entry -> !entry.getKey().equals(subject))
                .map(entry -> new Update(
                        entry.getKey(), entry.getValue().limits, entry.getValue().by, entry.getValue().mayFail))
                .toList();
    }

    List<Eviction> evictions() {
        return evictions;
    }
}
