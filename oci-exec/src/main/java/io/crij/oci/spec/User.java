package io.crij.oci.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who a process is, in ids of the container's user namespace (unsigned 32 bits).
///
/// @param umask absent: 0022
public record User(long uid, long gid, @Nullable Integer umask, List<Long> additionalGids) {
    public static final User ROOT = new User(0, 0, null, List.of());

    public User {
        additionalGids = Absent.toEmpty(additionalGids);
    }
}
