package io.crij.server.spec;

import io.crij.oci.spec.Spec;
import io.crij.sandbox.OwnSandbox;
import java.util.TreeMap;

/// Annotations: the container's own, and who it is, under the names that hooks and other runtimes look for.
final class AnnotationsPart implements Part {
    private static final String CRI = "io.kubernetes.cri.";

    @Override
    public Spec add(Wanted wanted, Spec spec) {
        var annotations = new TreeMap<String, String>();
        AllowedAnnotations.of(wanted.handler()).add(wanted.pod().config().annotations(), true, annotations);
        AllowedAnnotations.of(wanted.handler()).add(wanted.config().getAnnotationsMap(), false, annotations);
        var sandbox = wanted.runtime().makesSandboxes()
                ? OwnSandbox.id(wanted.pod().id())
                : wanted.pod().id();
        annotations.putAll(OwnSandbox.annotations("container", sandbox, wanted.pod()));
        annotations.put(CRI + "container-name", wanted.config().getMetadata().getName());
        annotations.put(CRI + "image-name", wanted.config().getImage().getImage());
        return spec.with(s -> s.annotations = annotations);
    }
}
