package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.util.List;

/// Makes the OCI specification of a container from a CRI request: each concern adds its part. Thread-safe.
public final class ContainerSpec {
    private final List<Part> parts = List.of(
            new PrivilegePart(),
            new CommandPart(),
            new EnvPart(),
            new UserPart(),
            new CapabilitiesPart(),
            new RlimitsPart(),
            // after the capabilities: the default profile allows more to those who have them
            new SeccompPart(),
            new LabelsPart(),
            new NamespacesPart(),
            new DefaultMountsPart(),
            new RequestMountsPart(),
            new DevicesPart(),
            new ResourcesPart(),
            new PathsPart(),
            new AnnotationsPart(),
            // last: it changes what the others have made
            new CdiPart());

    /// Everything but `linux.cgroupsPath`, which the pod's keeper sets.
    public Spec make(Wanted wanted) throws SandboxException {
        var spec = Spec.EMPTY;
        for (var part : parts) {
            spec = part.add(wanted, spec);
        }
        return spec;
    }
}
