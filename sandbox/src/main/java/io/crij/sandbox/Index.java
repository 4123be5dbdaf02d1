package io.crij.sandbox;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Entries by id and in order. Thread-safe: to read waits for nobody; the lock of this object makes changes one after
/// the other.
final class Index<E extends Entry<?>> {
    private final ConcurrentSkipListMap<String, E> byId = new ConcurrentSkipListMap<>();
    private final String what;
    private final Comparator<E> order;
    /// A new one for each change.
    private volatile List<E> ordered = List.of();

    /// @param what `pod` or `container`, for messages
    /// @param order by what never changes in an entry
    Index(String what, Comparator<E> order) {
        this.what = what;
        this.order = order.thenComparing(Entry::id);
    }

    synchronized void add(E entry) {
        var next = without(entry.id());
        // it is the newest, mostly
        int at = next.size();
        while (at > 0 && order.compare(next.get(at - 1), entry) > 0) {
            at--;
        }
        next.add(at, entry);
        byId.put(entry.id(), entry);
        ordered = next;
    }

    synchronized void remove(String id) {
        ordered = without(id);
        byId.remove(id);
    }

    private List<E> without(String id) {
        var others = new ArrayList<E>(ordered.size() + 1);
        for (var entry : ordered) {
            if (!entry.id().equals(id)) {
                others.add(entry);
            }
        }
        return others;
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

    /// What is known of those that a request was answered with, in order.
    ///
    /// @param record of an entry
    <R> List<R> list(Function<E, R> record) {
        var now = ordered;
        var found = new ArrayList<R>(now.size());
        for (var entry : now) {
            if (entry.visible()) {
                found.add(record.apply(entry));
            }
        }
        return Collections.unmodifiableList(found);
    }

    Stream<E> all() {
        return byId.values().stream();
    }
}
