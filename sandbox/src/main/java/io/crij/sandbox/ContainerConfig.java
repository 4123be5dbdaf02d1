package io.crij.sandbox;

import java.util.List;
import java.util.Map;

/// What a container is asked to be, as far as its record, its status and its streams need it; what is only of interest
/// to its process is in the OCI spec.
///
/// @param image as the request wrote it
/// @param userSpecifiedImage as the pod's author wrote it; may be empty
/// @param imageId the id that PullImage answered with
/// @param imageRef digest reference for status
/// @param logPath relative to the pod's log directory; empty: output is dropped
/// @param mounts for status
/// @param stopSignal number of the signal that asks the process to end (request, else image, else 15)
/// @param request digest over the whole request, equal for equal requests (deterministic serialisation)
public record ContainerConfig(
        ContainerMetadata metadata,
        String image,
        String userSpecifiedImage,
        String imageId,
        String imageRef,
        Map<String, String> imageAnnotations,
        Map<String, String> labels,
        Map<String, String> annotations,
        String logPath,
        boolean stdin,
        boolean stdinOnce,
        boolean tty,
        List<ContainerMount> mounts,
        ContainerResources resources,
        int stopSignal,
        ContainerUser user,
        String request) {
    public ContainerConfig {
        imageAnnotations = Map.copyOf(imageAnnotations);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        mounts = List.copyOf(mounts);
    }
}
