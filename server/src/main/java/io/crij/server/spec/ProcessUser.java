package io.crij.server.spec;

import java.util.List;

/// Who a container's first process is.
///
/// @param supplementalGroups with the primary one
/// @param home empty when the image's passwd does not say
/// @param knownUser whether the image's passwd has an entry for the uid
public record ProcessUser(long uid, long gid, List<Long> supplementalGroups, String home, boolean knownUser) {
    public ProcessUser {
        supplementalGroups = List.copyOf(supplementalGroups);
    }
}
