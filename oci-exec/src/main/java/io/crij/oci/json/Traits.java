package io.crij.oci.json;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the names and types of a record's components do not say of its JSON. A record that needs it has a constant
/// `Traits JSON`. Annotations would look better, but Java makes a class for each kind that it reads, at every start of
/// a program, and a command spends more time on that than on the rest of its JSON. Immutable.
public final class Traits {
    static final Traits NONE = new Traits(Map.of(), Set.of(), Set.of(), Set.of());
    private static final String CONSTANT = "JSON";

    private final Map<String, String> properties;
    private final Set<String> unsigned;
    private final Set<String> recurring;
    private final Set<String> explicit;

    private Traits(Map<String, String> properties, Set<String> unsigned, Set<String> recurring, Set<String> explicit) {
        this.properties = properties;
        this.unsigned = unsigned;
        this.recurring = recurring;
        this.explicit = explicit;
    }

    /// The property of a component that Java's words forbid to have the same name.
    public static Traits named(String component, String property) {
        return new Traits(Map.of(component, property), Set.of(), Set.of(), Set.of());
    }

    /// Components, `long` all, that carry an unsigned 64-bit number of the JSON: 18446744073709551615 is -1 there.
    public static Traits unsigned(String... components) {
        return new Traits(Map.of(), Set.of(components), Set.of(), Set.of());
    }

    /// A large value that is the same in most documents, such as the default filter of system calls. The last one is
    /// kept with its JSON, so that it is neither written nor read anew. It must be immutable.
    public static Traits recurring(String component) {
        return new Traits(Map.of(), Set.of(), Set.of(component), Set.of());
    }

    /// Components that are written whatever their value is, unless it is null.
    public static Traits explicit(String... components) {
        return new Traits(Map.of(), Set.of(), Set.of(), Set.of(components));
    }

    /// These and those.
    public Traits and(Traits others) {
        Map<String, String> allProperties = new HashMap<>(properties);
        allProperties.putAll(others.properties);
        Set<String> allUnsigned = new HashSet<>(unsigned);
        allUnsigned.addAll(others.unsigned);
        Set<String> allRecurring = new HashSet<>(recurring);
        allRecurring.addAll(others.recurring);
        Set<String> allExplicit = new HashSet<>(explicit);
        allExplicit.addAll(others.explicit);
        return new Traits(allProperties, allUnsigned, allRecurring, allExplicit);
    }

    /// @throws IllegalStateException when they name a component that is not there
    static Traits of(Class<?> type, Set<String> components) {
        Traits traits = declared(type);
        Set<String> unknown = new HashSet<>(traits.properties.keySet());
        unknown.addAll(traits.unsigned);
        unknown.addAll(traits.recurring);
        unknown.addAll(traits.explicit);
        unknown.removeAll(components);
        if (!unknown.isEmpty()) {
            throw new IllegalStateException("the record " + type + " has no component " + unknown);
        }
        return traits;
    }

    private static Traits declared(Class<?> type) {
        try {
            var constant = type.getDeclaredField(CONSTANT);
            constant.setAccessible(true);
            return (Traits) constant.get(null);
        } catch (NoSuchFieldException e) {
            return NONE;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the constant JSON of " + type + " cannot be read", e);
        }
    }

    String property(String component) {
        @Nullable String property = properties.get(component);
        return property == null ? component : property;
    }

    boolean isUnsigned(String component) {
        return unsigned.contains(component);
    }

    boolean isRecurring(String component) {
        return recurring.contains(component);
    }

    boolean isExplicit(String component) {
        return explicit.contains(component);
    }
}
