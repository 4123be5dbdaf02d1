package io.crij.server.nri;

import io.crij.server.nri.proto.Field;
import java.util.EnumSet;
import java.util.TreeSet;

/// Who set limits of a container, for messages.
final class LimitOwners {
    private LimitOwners() {}

    static String of(Owners owners) {
        var all = new TreeSet<String>();
        for (var field : EnumSet.range(Field.MemLimit, Field.CgroupsUnified)) {
            owners.of(field).ifPresent(all::add);
            all.addAll(owners.allOf(field).values());
        }
        return String.join(", ", all);
    }
}
