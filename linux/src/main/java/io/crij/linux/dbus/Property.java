package io.crij.linux.dbus;

/// A named value, as `a(sv)` lists them.
public record Property(String name, Value value) {
    public static Property text(String name, String value) {
        return new Property(name, new Value.Text(value));
    }

    public static Property flag(String name, boolean value) {
        return new Property(name, new Value.Flag(value));
    }

    /// @param value unsigned; -1 is systemd's "infinity"
    public static Property number(String name, long value) {
        return new Property(name, new Value.Number(value));
    }
}
