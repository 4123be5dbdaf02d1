package io.crij.server.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Lays one TOML document over a configuration: keys that the document has are replaced, all others stay.
final class ConfigBinder {
    private final TomlText document;
    private final Map<String, Origin> origins;

    /// @param origins gets the place of every key that the document sets
    ConfigBinder(TomlText document, Map<String, Origin> origins) {
        this.document = document;
        this.origins = origins;
    }

    Config over(Config base) throws ConfigException {
        return record("", document.tree(), base);
    }

    private <R extends Record> R record(String path, JsonNode node, R base) throws ConfigException {
        if (!node.isObject()) {
            throw wrong(path, node, "a table");
        }
        var components = base.getClass().getRecordComponents();
        refuseUnknown(path, node, components);
        var values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            var name = Names.snake(components[i].getName());
            var present = Values.of(components[i], base);
            values[i] = node.has(name) ? value(join(path, name), node.get(name), components[i], present) : present;
        }
        return instance(base, components, values);
    }

    private void refuseUnknown(String path, JsonNode node, RecordComponent[] components) throws ConfigException {
        var known = Arrays.stream(components).map(c -> Names.snake(c.getName())).toList();
        for (var names = node.fieldNames(); names.hasNext(); ) {
            var name = names.next();
            if (!known.contains(name)) {
                var nearest = NearestName.of(name, known).map(near -> join(path, near));
                var key = join(path, name);
                throw new ConfigException.UnknownKey(
                        document.origin(key), key, nearest.or(() -> Names.nearestAnywhere(name)));
            }
        }
    }

    private Object value(String path, JsonNode node, RecordComponent component, Object present) throws ConfigException {
        origins.put(path, document.origin(path));
        return switch (present) {
            case Record nested
            when component.getType().isRecord() && !(nested instanceof ByteSize) -> record(path, node, nested);
            case Map<?, ?> map -> map(path, node, map, elementType(component, 1));
            case List<?> list -> list(path, node, elementType(component, 0));
            default -> scalar(path, node, component.getType(), component.getAnnotation(Key.class));
        };
    }

    private Map<String, Object> map(String path, JsonNode node, Map<?, ?> present, Class<?> type)
            throws ConfigException {
        if (!node.isObject()) {
            throw wrong(path, node, "a table");
        }
        var merged = new LinkedHashMap<String, Object>();
        present.forEach((name, value) -> merged.put((String) name, value));
        for (var entry : node.properties()) {
            var at = join(path, entry.getKey());
            origins.put(at, document.origin(at));
            merged.put(
                    entry.getKey(),
                    type == Config.Handler.class
                            ? record(at, entry.getValue(), handler(merged.get(entry.getKey())))
                            : text(at, entry.getValue(), "a string"));
        }
        return Map.copyOf(merged);
    }

    private static Config.Handler handler(@org.jspecify.annotations.Nullable Object present) {
        return present instanceof Config.Handler handler ? handler : Config.Handler.DEFAULT;
    }

    private List<Object> list(String path, JsonNode node, Class<?> type) throws ConfigException {
        if (!node.isArray()) {
            throw wrong(path, node, "a list, as [\"a\", \"b\"]");
        }
        var values = new ArrayList<Object>();
        for (var item : node) {
            if (type.isEnum()) {
                values.add(constant(path, item, type));
                continue;
            }
            var text = text(path, item, "a list of strings");
            values.add(type == Path.class ? Path.of(text) : text);
        }
        return List.copyOf(values);
    }

    private Object scalar(String path, JsonNode node, Class<?> type, Key key) throws ConfigException {
        if (type == String.class) {
            return text(path, node, "a string");
        }
        if (type == Path.class) {
            return Path.of(text(path, node, "a path as a string"));
        }
        if (type == boolean.class) {
            if (!node.isBoolean()) {
                throw wrong(path, node, "true or false");
            }
            return node.booleanValue();
        }
        if (type.isEnum()) {
            return constant(path, node, type);
        }
        if (type == Duration.class) {
            var duration = parsed(path, node, DurationText::parse);
            bound(path, node, duration.toMillis(), key, millis -> DurationText.print(Duration.ofMillis(millis)));
            return duration;
        }
        if (type == ByteSize.class) {
            var size = node.isIntegralNumber() && node.longValue() >= 0
                    ? new ByteSize(node.longValue())
                    : parsed(path, node, ByteSize::parse);
            bound(path, node, size.bytes(), key, bytes -> new ByteSize(bytes).toString());
            return size;
        }
        if (!node.canConvertToLong() || !node.isIntegralNumber()) {
            throw wrong(path, node, "a whole number");
        }
        bound(path, node, node.longValue(), key, Long::toString);
        return type == int.class ? (Object) Math.toIntExact(node.longValue()) : (Object) node.longValue();
    }

    private <T> T parsed(String path, JsonNode node, java.util.function.Function<String, T> parse)
            throws ConfigException {
        try {
            return parse.apply(text(path, node, "a string"));
        } catch (IllegalArgumentException e) {
            throw new ConfigException.NotAllowed(document.origin(path), path, node.toString(), problem(e));
        }
    }

    private Object constant(String path, JsonNode node, Class<?> type) throws ConfigException {
        var constants = type.getEnumConstants();
        var text = text(path, node, "a string");
        for (var constant : constants) {
            if (Names.lower(constant).equals(text)) {
                return constant;
            }
        }
        var all = Arrays.stream(constants).map(Names::lower).collect(Collectors.joining(", "));
        throw new ConfigException.NotAllowed(document.origin(path), path, node.toString(), "must be one of: " + all);
    }

    private void bound(String path, JsonNode node, long value, Key key, java.util.function.LongFunction<String> print)
            throws ConfigException {
        if (value < key.min() || value > key.max()) {
            var upper = key.max() == Long.MAX_VALUE ? "" : " and at most " + print.apply(key.max());
            throw new ConfigException.NotAllowed(
                    document.origin(path), path, node.toString(), "must be at least " + print.apply(key.min()) + upper);
        }
    }

    private String text(String path, JsonNode node, String expected) throws ConfigException {
        if (!node.isTextual()) {
            throw wrong(path, node, expected);
        }
        return node.textValue();
    }

    private ConfigException wrong(String path, JsonNode node, String expected) {
        return new ConfigException.WrongType(document.origin(path), path, node.toString(), expected);
    }

    private static String problem(IllegalArgumentException e) {
        return String.valueOf(e.getMessage());
    }

    private static Class<?> elementType(RecordComponent component, int index) {
        Type type = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[index];
        return (Class<?>) type;
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    @SuppressWarnings("unchecked")
    private static <R extends Record> R instance(R base, RecordComponent[] components, Object[] values) {
        try {
            var types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return (R) base.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (NoSuchMethodException
                | InstantiationException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException("cannot make " + base.getClass(), e);
        }
    }
}
