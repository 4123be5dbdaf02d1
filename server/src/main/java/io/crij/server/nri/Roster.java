package io.crij.server.nri;

import io.crij.oci.spec.Spec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// Which pods and containers have been announced, and to whom. Each announcement and each plugin that joins take their
/// turn under one lock: a plugin is told of an object either by its synchronisation, because that was announced before,
/// or by an event, because it was announced after; never by both or neither. Nothing is waited for under the lock.
final class Roster {
    /// Guarded by this roster, the members too.
    private final Map<String, Member> members = new HashMap<>();

    private List<Plugin> plugins = List.of();
    private volatile boolean anybody;

    /// A pod or container that was announced.
    static final class Member {
        private final boolean container;
        private boolean ended;
        private final CountDownLatch endTold = new CountDownLatch(1);
        /// Of a container that is being made, until its specification can be read from disk.
        private @Nullable Spec draft;

        private Member(boolean container, @Nullable Spec draft) {
            this.container = container;
            this.draft = draft;
        }
    }

    /// What a plugin that joins has to be told of.
    ///
    /// @param drafts specifications of containers that are being made
    record Present(List<String> pods, List<String> containers, Map<String, Spec> drafts) {}

    /// An end that happened.
    ///
    /// @param plugins to be told by the caller, who calls [#endTold] after that
    record End(List<Plugin> plugins, CountDownLatch told) {}

    /// Whether there is a plugin at all; for what need not be exact.
    boolean anybody() {
        return anybody;
    }

    /// A pod is announced.
    ///
    /// @return to these plugins
    synchronized List<Plugin> addPod(String id) {
        members.put(id, new Member(false, null));
        return plugins;
    }

    /// A container is announced.
    synchronized List<Plugin> addContainer(String id, @Nullable Spec draft) {
        members.put(id, new Member(true, draft));
        return plugins;
    }

    /// What a container that is being made will be.
    synchronized void draft(String id, Spec draft) {
        var member = members.get(id);
        if (member != null) {
            member.draft = draft;
        }
    }

    /// The specification is on disk.
    ///
    /// @return to these plugins this can be told
    synchronized List<Plugin> made(String id) {
        var member = members.get(id);
        if (member == null) {
            return List.of();
        }
        member.draft = null;
        return plugins;
    }

    /// Who hears of something that happens to a pod or container that was announced.
    synchronized List<Plugin> of(String id) {
        return members.containsKey(id) ? plugins : List.of();
    }

    /// @return the first time only: who has to be told
    synchronized Optional<End> end(String id) {
        var member = members.get(id);
        if (member == null || member.ended) {
            return Optional.empty();
        }
        member.ended = true;
        if (plugins.isEmpty()) {
            member.endTold.countDown();
        }
        return Optional.of(new End(plugins, member.endTold));
    }

    /// Waits until an end that began to be told has been.
    void awaitEndTold(String id) throws InterruptedException {
        Member member;
        synchronized (this) {
            member = members.get(id);
            if (member == null || !member.ended) {
                return;
            }
        }
        member.endTold.await();
    }

    /// @return who has to be told; nobody when it was not announced, or has gone already
    synchronized List<Plugin> remove(String id) {
        return members.remove(id) == null ? List.of() : plugins;
    }

    synchronized List<Plugin> plugins() {
        return plugins;
    }

    /// @return what was announced before and has not ended
    synchronized Present join(Plugin plugin) {
        var all = new ArrayList<>(plugins);
        all.add(plugin);
        Collections.sort(all);
        plugins = List.copyOf(all);
        anybody = true;
        var pods = new ArrayList<String>();
        var containers = new ArrayList<String>();
        var drafts = new HashMap<String, Spec>();
        members.forEach((id, member) -> {
            if (!member.ended) {
                (member.container ? containers : pods).add(id);
                var draft = member.draft;
                if (draft != null) {
                    drafts.put(id, draft);
                }
            }
        });
        return new Present(pods, containers, drafts);
    }

    /// @return how many are left
    synchronized int leave(Plugin plugin) {
        plugins = plugins.stream().filter(other -> other != plugin).toList();
        anybody = !plugins.isEmpty();
        return plugins.size();
    }
}
