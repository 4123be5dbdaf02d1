package io.crij.shim;

import io.crij.oci.command.ForeignCgroups;
import io.crij.oci.runtime.Subreapers;
import java.nio.file.Path;

/// What every verb of a [ShimRuntime] uses.
///
/// @param containers folder with a folder for each container
/// @param bundles folder with a folder for each container that is the shim's, too: its bundle
/// @param own folder for what belongs to no container: the pause
record ShimTools(
        ShimSettings settings,
        Path containers,
        Path bundles,
        Path own,
        Subreapers subreapers,
        ForeignCgroups cgroups,
        ShimLinks links,
        ShimProgram program) {
    Task task(ShimAddress address, String id) {
        return new Task(links, address, settings, id);
    }
}
