package io.crij.server.nri;

import io.crij.server.nri.proto.OptionalBool;
import io.crij.server.nri.proto.OptionalInt;
import io.crij.server.nri.proto.OptionalInt64;
import io.crij.server.nri.proto.OptionalUInt64;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The wrapped values of the schema.
final class Optionals {
    private Optionals() {}

    static OptionalInt64 of64(long value) {
        return OptionalInt64.newBuilder().setValue(value).build();
    }

    static OptionalUInt64 ofU64(long value) {
        return OptionalUInt64.newBuilder().setValue(value).build();
    }

    static OptionalInt ofInt(long value) {
        return OptionalInt.newBuilder().setValue(value).build();
    }

    static OptionalBool of(boolean value) {
        return OptionalBool.newBuilder().setValue(value).build();
    }

    static <T> void ifPresent(@Nullable T value, Consumer<T> action) {
        if (value != null) {
            action.accept(value);
        }
    }
}
