package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;

/// One concern's part of a container's specification.
interface Part {
    /// The specification with this concern added.
    ///
    /// @throws SandboxException when the request asks for what is not allowed or what this host cannot do
    Spec add(Wanted wanted, Spec spec) throws SandboxException;
}
