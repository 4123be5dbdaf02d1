package io.crij.oci.json;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The value of a component that recurs ([Traits#recurring]) that was read or written last, and its JSON. Thread-safe.
final class LastValue {
    private volatile @Nullable Known known;

    private record Known(Object value, byte[] json) {}

    void remember(Object value, byte[] json) {
        known = new Known(value, json);
    }

    /// The JSON of a value; null when another one was the last.
    byte @Nullable [] json(Object value) {
        Known last = known;
        return last != null && last.value.equals(value) ? last.json : null;
    }

    /// The value whose JSON begins there; null when another one was the last. JSON of an object says where it ends, so
    /// nothing but that value can begin with it.
    @Nullable
    Object value(byte[] source, int from) {
        Known last = known;
        if (last == null || source.length - from < last.json.length) {
            return null;
        }
        int to = from + last.json.length;
        return Arrays.equals(source, from, to, last.json, 0, last.json.length) ? last.value : null;
    }
}
