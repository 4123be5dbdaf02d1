package io.crij.image;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an image says of the process to run (OCI image-spec "Image Configuration", `config`).
///
/// @param user `user`, `uid`, `user:group` or `uid:gid`; empty means root
/// @param env `NAME=value`, in the image's order
/// @param workingDir empty means `/`
/// @param exposedPorts such as `80/tcp`
/// @param volumes paths in the container
/// @param stopSignal name or number, as the image has it; empty means SIGTERM
public record ImageConfig(
        String user,
        List<String> env,
        List<String> entrypoint,
        List<String> cmd,
        String workingDir,
        Set<String> exposedPorts,
        Set<String> volumes,
        Map<String, String> labels,
        String stopSignal,
        Platform platform,
        Optional<Instant> created) {}
