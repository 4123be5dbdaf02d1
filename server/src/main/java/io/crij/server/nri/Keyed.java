package io.crij.server.nri;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/// Changes of things that have a name each, such as variables or mounts, collected over all plugins. A name with `-` in
/// front means that the thing goes. For one thread.
final class Keyed<T> {
    private static final String GONE = "-";

    private final Field field;
    private final boolean ownsRemovals;
    private final Owners owners;
    /// Empty: it goes.
    private final Map<String, Optional<T>> changes = new LinkedHashMap<>();

    record Change<T>(String markedKey, T value) {}

    Keyed(Field field, Owners owners) {
        this(field, owners, false);
    }

    /// @param ownsRemovals taking away is as much as setting
    Keyed(Field field, Owners owners, boolean ownsRemovals) {
        this.field = field;
        this.owners = owners;
        this.ownsRemovals = ownsRemovals;
    }

    /// One plugin's changes; what it takes away it may set anew.
    void add(String plugin, List<Change<T>> wanted) throws SandboxException.Refused {
        for (var change : wanted) {
            if (change.markedKey.startsWith(GONE)) {
                var key = change.markedKey.substring(GONE.length());
                owners.release(field, key);
                changes.put(key, Optional.empty());
            }
        }
        for (var change : wanted) {
            if (!change.markedKey.startsWith(GONE)) {
                owners.claim(field, change.markedKey, plugin);
                changes.put(change.markedKey, Optional.of(change.value));
            } else if (ownsRemovals) {
                owners.claim(field, change.markedKey.substring(GONE.length()), plugin);
            }
        }
    }

    boolean isEmpty() {
        return changes.isEmpty();
    }

    /// What is there with the changes: replaced in place, new ones at the end.
    List<T> over(List<T> present, Function<T, String> key) {
        var all = new LinkedHashMap<String, T>();
        present.forEach(thing -> all.put(key.apply(thing), thing));
        changes.forEach(
                (name, change) -> change.ifPresentOrElse(thing -> all.put(name, thing), () -> all.remove(name)));
        return new ArrayList<>(all.values());
    }

    /// The same for a map.
    Map<String, T> over(Map<String, T> present) {
        var all = new LinkedHashMap<>(present);
        changes.forEach(
                (name, change) -> change.ifPresentOrElse(thing -> all.put(name, thing), () -> all.remove(name)));
        return all;
    }

    /// Tells all changes with their marks.
    void tell(BiConsumer<String, T> set, Consumer<String> markedGone) {
        changes.forEach((name, change) ->
                change.ifPresentOrElse(thing -> set.accept(name, thing), () -> markedGone.accept(GONE + name)));
    }
}
