package io.crij.oci.spec;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How absent properties are read and written.
final class Absent {
    private Absent() {}

    /// A record that means the same empty as absent.
    interface Omittable {
        /// The record of this type in which everything is absent.
        Object empty();
    }

    static <T> List<T> toEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }

    static <V> Map<String, V> toEmpty(@Nullable Map<String, V> map) {
        if (map == null || map.isEmpty()) {
            return Map.of();
        }
        map.forEach((key, value) -> required(value, key));
        return Collections.unmodifiableMap(new LinkedHashMap<>(map));
    }

    static <T> T or(@Nullable T value, T empty) {
        return value == null ? empty : value;
    }

    static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("\"" + name + "\" is required");
        }
        return value;
    }

    /// Whether this value of a property need not be written.
    static boolean means(@Nullable Object value) {
        return switch (value) {
            case null -> true;
            case Boolean truth -> !truth;
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case Omittable record -> record.equals(record.empty());
            default -> false;
        };
    }
}
