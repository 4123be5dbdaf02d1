package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;

/// What a container may not have unless its pod was made for it, checked before anything else is looked at.
final class PrivilegePart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        boolean podIsPrivileged = wanted.pod().config().security().privileged();
        if (wanted.privileged() && !podIsPrivileged) {
            throw new SandboxException.Invalid(
                    "config.linux.security_context.privileged",
                    "true",
                    "pod " + wanted.pod().id() + " is not privileged; set privileged in its security context too");
        }
        return spec;
    }
}
