package io.crij.sandbox;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// Entries by id. Thread-safe.
final class Index<E extends Entry<?>> {
    private final ConcurrentSkipListMap<String, E> byId = new ConcurrentSkipListMap<>();
    private final String what;
    private final Comparator<E> order;

    /// @param what `pod` or `container`, for messages
    Index(String what, Comparator<E> order) {
        this.what = what;
        this.order = order;
    }

    void add(E entry) {
        byId.put(entry.id(), entry);
    }

    void remove(String id) {
        byId.remove(id);
    }

    /// By the whole id, also one that no request was answered with yet.
    Optional<E> exact(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /// By id or the beginning of exactly one.
    E find(String id) throws SandboxException {
        return lookUp(id).orElseThrow(() -> new SandboxException.NotFound(what, id));
    }

    /// As [#find], empty when there is none.
    Optional<E> lookUp(String id) throws SandboxException.Invalid {
        if (id.isEmpty()) {
            throw new SandboxException.Invalid(what + " id", "", "is empty");
        }
        var exact = byId.get(id);
        if (exact != null && exact.visible()) {
            return Optional.of(exact);
        }
        var matches = byId.tailMap(id).values().stream()
                .takeWhile(entry -> entry.id().startsWith(id))
                .filter(Entry::visible)
                .limit(2)
                .toList();
        if (matches.size() > 1) {
            throw new SandboxException.Invalid(what + " id", id, "is the beginning of more than one; write more of it");
        }
        return matches.stream().findFirst();
    }

    /// Those a request was answered with.
    List<E> list() {
        return all().filter(Entry::visible).sorted(order).toList();
    }

    Stream<E> all() {
        return byId.values().stream();
    }
}
