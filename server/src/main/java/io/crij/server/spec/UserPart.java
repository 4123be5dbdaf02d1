package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.oci.spec.User;

/// The ids of the process.
final class UserPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) {
        var user = wanted.user();
        var ids = new User(user.uid(), user.gid(), null, user.supplementalGroups());
        return spec.with(s -> s.process = Processes.of(s.process).with(p -> p.user = ids));
    }
}
