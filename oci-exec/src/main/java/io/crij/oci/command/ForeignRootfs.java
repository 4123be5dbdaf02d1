package io.crij.oci.command;

import io.crij.oci.runtime.CreateRequest;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.runtime.Rollback;
import io.crij.oci.runtime.Rootfs;
import java.io.IOException;
import java.nio.file.Path;

/// The root folder of a container whose runtime is another program.
public final class ForeignRootfs {
    private ForeignRootfs() {}

    /// Makes it, and says how to undo that.
    ///
    /// @param handler for the message
    /// @param program of the runtime, for the message
    /// @param own folder for what belongs to no container
    /// @param folder below which it is mounted
    public static Path prepare(
            CreateRequest request, String handler, String program, Path own, Path folder, Rollback undo)
            throws IOException, OciException {
        return switch (request.rootfs()) {
            case Rootfs.Directory(Path path) -> path;
            case Rootfs.Overlay overlay -> {
                if (!request.spec().linux().uidMappings().isEmpty()) {
                    throw new Unsupported("handler " + handler + " runs " + program
                            + ", for which the owners of an image's files cannot be mapped: pods with a user namespace"
                            + " of their own need a handler of type builtin");
                }
                undo.add("unmount the root file system of " + request.id(), () -> HostRootfs.unmount(folder));
                yield HostRootfs.mount(overlay, folder);
            }
            case Rootfs.Pause _ -> PauseRootfs.prepare(own);
        };
    }
}
