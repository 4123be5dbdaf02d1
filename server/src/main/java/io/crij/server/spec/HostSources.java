package io.crij.server.spec;

import io.crij.sandbox.SandboxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The host's side of bind mounts. Symbolic links are followed, since the pod's author named what they lead to. A path
/// that is not there is made as a folder, as both peers do and kubelet relies on, unless the configuration wants it
/// refused.
final class HostSources {
    Path resolve(String hostPath, List<Path> rejectAbsent) throws SandboxException {
        if (hostPath.isEmpty() || !Path.of(hostPath).isAbsolute()) {
            throw invalid(hostPath, "must be an absolute path");
        }
        var path = Path.of(hostPath).normalize();
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            if (rejectAbsent.contains(path)) {
                throw invalid(hostPath, "does not exist, and containers.reject_absent_mount_sources names it");
            }
            return make(path);
        } catch (IOException e) {
            throw invalid(hostPath, "cannot be resolved: " + e);
        }
    }

    private static Path make(Path path) throws SandboxException {
        try {
            var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"));
            return Files.createDirectories(path, mode).toRealPath();
        } catch (IOException e) {
            throw invalid(path.toString(), "does not exist and cannot be made: " + e);
        }
    }

    private static SandboxException invalid(String path, String reason) {
        return new SandboxException.Invalid("config.mounts.host_path", path, reason);
    }
}
