package io.crij.server.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;

/// Values of the configuration's records, and how TOML writes them.
final class Values {
    private Values() {}

    static Object of(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    static String toml(Object value) {
        return switch (value) {
            case Boolean flag -> flag.toString();
            case Number number -> number.toString();
            case Collection<?> list -> list.stream().map(Values::toml).collect(Collectors.joining(", ", "[", "]"));
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(e -> quoted(e.getKey().toString()) + " = " + toml(e.getValue()))
                        .sorted()
                        .collect(Collectors.joining(", ", map.isEmpty() ? "{" : "{ ", map.isEmpty() ? "}" : " }"));
            case Duration duration -> quoted(DurationText.print(duration));
            case Enum<?> constant -> quoted(Names.lower(constant));
            case Path path -> quoted(path.toString());
            default -> quoted(value.toString());
        };
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
