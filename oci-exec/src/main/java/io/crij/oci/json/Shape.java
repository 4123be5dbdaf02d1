package io.crij.oci.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// How a Java type looks as JSON.
sealed interface Shape {
    record Text() implements Shape {}

    record Truth() implements Shape {}

    record Int() implements Shape {}

    record Whole() implements Shape {}

    record Unsigned() implements Shape {}

    /// @param constants by what they are called in JSON
    record OneOf(Map<String, Object> constants) implements Shape {}

    record Many(Shape element) implements Shape {}

    /// An object with any properties.
    record Named(Shape value) implements Shape {}

    record Fields(Class<?> type) implements Shape {}

    /// @param last remembered as long as the type is known
    record Again(Fields value, LastValue last) implements Shape {}

    static Shape of(RecordComponent component) {
        if (component.isAnnotationPresent(Recurring.class)) {
            return new Again(new Fields(component.getType()), new LastValue());
        }
        return component.isAnnotationPresent(UInt64.class) ? new Unsigned() : of(component.getGenericType());
    }

    static Shape of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType() == List.class ? new Many(of(arguments[0])) : new Named(of(arguments[1]));
        }
        if (type == String.class) {
            return new Text();
        }
        if (type == boolean.class || type == Boolean.class) {
            return new Truth();
        }
        if (type == int.class || type == Integer.class) {
            return new Int();
        }
        if (type == long.class || type == Long.class) {
            return new Whole();
        }
        if (type instanceof Class<?> c && c.isEnum()) {
            return new OneOf(constants(c.getEnumConstants()));
        }
        if (type instanceof Class<?> c && c.isRecord()) {
            return new Fields(c);
        }
        throw new IllegalArgumentException("values of " + type + " have no JSON form here");
    }

    private static Map<String, Object> constants(Object[] all) {
        Map<String, Object> constants = new LinkedHashMap<>();
        for (Object constant : all) {
            constants.put(constant.toString(), constant);
        }
        return constants;
    }
}
