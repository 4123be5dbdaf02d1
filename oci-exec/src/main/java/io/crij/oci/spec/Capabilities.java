package io.crij.oci.spec;

import java.util.List;

/// The five capability sets of a process, as names such as `CAP_NET_RAW`. See [Capability] for their numbers.
public record Capabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient) {
    public static final Capabilities NONE = new Capabilities(List.of(), List.of(), List.of(), List.of(), List.of());

    public Capabilities {
        bounding = Absent.toEmpty(bounding);
        effective = Absent.toEmpty(effective);
        inheritable = Absent.toEmpty(inheritable);
        permitted = Absent.toEmpty(permitted);
        ambient = Absent.toEmpty(ambient);
    }

    /// Bounding, effective and permitted are `names`; inheritable and ambient stay empty.
    public static Capabilities of(List<String> names) {
        return new Capabilities(names, names, List.of(), names, List.of());
    }
}
