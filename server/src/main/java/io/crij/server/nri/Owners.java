package io.crij.server.nri;

import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.CompoundFieldOwners;
import io.crij.server.nri.proto.Field;
import io.crij.server.nri.proto.FieldOwners;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Which plugin set what of one container. Two plugins must not set the same thing, unless the later one takes it away
/// first. For one thread.
final class Owners {
    private final String container;
    private final Map<Field, String> simple = new EnumMap<>(Field.class);
    private final Map<Field, Map<String, String>> compound = new EnumMap<>(Field.class);

    /// @param container id, for messages
    Owners(String container) {
        this.container = container;
    }

    /// @throws SandboxException.Refused another plugin has it
    void claim(Field field, String plugin) throws SandboxException.Refused {
        var other = simple.putIfAbsent(field, plugin);
        if (other != null) {
            throw conflict(field.name(), other, plugin);
        }
    }

    /// @param key such as the name of a variable or a mount point
    /// @throws SandboxException.Refused another plugin has it
    void claim(Field field, String key, String plugin) throws SandboxException.Refused {
        var other = compound.computeIfAbsent(field, _ -> new LinkedHashMap<>()).putIfAbsent(key, plugin);
        if (other != null) {
            throw conflict(field.name() + " \"" + key + "\"", other, plugin);
        }
    }

    /// For what several may add to.
    void share(Field field, String plugin) {
        simple.merge(field, plugin, (before, next) -> before + "," + next);
    }

    void release(Field field) {
        simple.remove(field);
    }

    void release(Field field, String key) {
        var keys = compound.get(field);
        if (keys != null) {
            keys.remove(key);
        }
    }

    Optional<String> of(Field field) {
        return Optional.ofNullable(simple.get(field));
    }

    /// Keys to plugins.
    Map<String, String> allOf(Field field) {
        return compound.getOrDefault(field, Map.of());
    }

    /// For messages: whoever has any of these, else all that is known.
    String named(Field field, String key) {
        return allOf(field).getOrDefault(key, of(field).orElse("unknown"));
    }

    FieldOwners message() {
        var message = FieldOwners.newBuilder();
        simple.forEach((field, plugin) -> message.putSimple(field.getNumber(), plugin));
        compound.forEach((field, keys) -> message.putCompound(
                field.getNumber(),
                CompoundFieldOwners.newBuilder().putAllOwners(keys).build()));
        return message.build();
    }

    private SandboxException.Refused conflict(String what, String other, String plugin) {
        return new SandboxException.Refused("NRI plugins " + other + " and " + plugin + " both set " + what
                + " of container " + container + "; change the configuration of one of them");
    }
}
