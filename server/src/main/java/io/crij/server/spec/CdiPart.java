package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import io.crij.server.cdi.CdiDevices;
import io.crij.server.cdi.CdiName;
import java.util.LinkedHashSet;

/// Devices of the Container Device Interface, by the field of the request or, as older device plugins do, by
/// annotations
/// that begin with `cdi.k8s.io/`. A device named twice counts once.
final class CdiPart implements Part {
    private static final String ANNOTATION = "cdi.k8s.io/";

    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var names = names(wanted);
        return names.isEmpty()
                ? spec
                : CdiDevices.read(wanted.settings().containers().cdiSpecDirs())
                        .edits(names)
                        .applyTo(spec);
    }

    private static LinkedHashSet<CdiName> names(Wanted wanted) throws SandboxException {
        var names = new LinkedHashSet<CdiName>();
        for (var device : wanted.config().getCDIDevicesList()) {
            names.add(CdiName.parse("config.CDI_devices.name", device.getName()));
        }
        for (var annotation : wanted.config().getAnnotationsMap().entrySet()) {
            if (annotation.getKey().startsWith(ANNOTATION)) {
                for (var name : annotation.getValue().split(",", -1)) {
                    names.add(CdiName.parse("config.annotations[" + annotation.getKey() + "]", name.strip()));
                }
            }
        }
        return names;
    }
}
