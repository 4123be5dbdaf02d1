package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;

/// Who is to be attached.
///
/// @param arguments for `CNI_ARGS`, in order
/// @param capabilities arguments by capability; plugins that do not declare it never see them
public record CniRequest(
        String containerId,
        Path netns,
        String interfaceName,
        Map<String, String> arguments,
        Map<String, JsonNode> capabilities) {}
