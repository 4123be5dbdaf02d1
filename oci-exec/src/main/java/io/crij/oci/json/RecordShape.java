package io.crij.oci.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A record type as an object of JSON. Learned once per type; immutable.
final class RecordShape {
    private static final ClassValue<RecordShape> KNOWN = new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
            return new RecordShape(type);
        }
    };

    private final Constructor<?> constructor;
    private final List<Property> properties = new ArrayList<>();
    private final Map<String, Integer> byName = new HashMap<>();
    private final @Nullable Object[] absent;

    /// @param explicit is written whatever its value is, unless that is null
    /// @param accessor reads it from a record
    record Property(String name, Shape shape, boolean explicit, Method accessor) {
        @Nullable
        Object of(Object record) {
            try {
                return accessor.invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the component " + accessor + " cannot be read", e);
            }
        }
    }

    private RecordShape(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        absent = new @Nullable Object[components.length];
        Set<String> names = new HashSet<>();
        for (RecordComponent component : components) {
            names.add(component.getName());
        }
        Traits traits = Traits.of(type, names);
        for (int i = 0; i < components.length; i++) {
            RecordComponent component = components[i];
            types[i] = component.getType();
            absent[i] = absent(types[i]);
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            Property property = new Property(
                    traits.property(component.getName()),
                    Shape.of(component, traits),
                    traits.isExplicit(component.getName()),
                    accessor);
            byName.put(property.name(), i);
            properties.add(property);
        }
        try {
            constructor = type.getDeclaredConstructor(types);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("the record " + type + " has no constructor", e);
        }
        constructor.setAccessible(true);
    }

    static RecordShape of(Class<?> type) {
        return Objects.requireNonNull(KNOWN.get(type));
    }

    private static @Nullable Object absent(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        return type == long.class ? 0L : null;
    }

    List<Property> properties() {
        return properties;
    }

    /// Index of the property, -1 for an unknown one.
    int index(String name) {
        return byName.getOrDefault(name, -1);
    }

    Property property(int index) {
        return properties.get(index);
    }

    /// What the constructor gets for properties that are not there, or null.
    @Nullable
    Object[] absent() {
        return absent.clone();
    }

    /// What a property that is not there, or null, is.
    @Nullable
    Object absent(int index) {
        return absent[index];
    }

    /// @throws InvocationTargetException when the record refuses the values
    Object make(@Nullable Object[] values) throws InvocationTargetException {
        try {
            return constructor.newInstance(values);
        } catch (InstantiationException | IllegalAccessException e) {
            throw new IllegalStateException("the record " + constructor + " cannot be made", e);
        }
    }
}
