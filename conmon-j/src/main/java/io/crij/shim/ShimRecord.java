package io.crij.shim;

import io.crij.oci.command.RecordFile;
import io.crij.oci.runtime.Subreaper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What has to be known to drive a container on after a restart: `shim.json` in its folder, whole or not at all.
///
/// @param bundle folder that it was asked for with
/// @param created milliseconds since 1970
/// @param sandbox whether it is the first of its shim
/// @param address null while its shim is being started
/// @param process null while it is being created
/// @param holder of its streams; null while it is being created
/// @param cgroupsPath that was asked for; empty: none
/// @param mounted whether its root is a mount of ours
record ShimRecord(
        int version,
        String id,
        ShimSettings settings,
        String ociVersion,
        String bundle,
        long created,
        boolean sandbox,
        boolean started,
        @Nullable ShimAddress address,
        @Nullable Processes process,
        Subreaper.@Nullable Handle holder,
        Streams streams,
        String cgroupsPath,
        boolean mounted,
        Map<String, String> annotations) {
    static final int VERSION = 1;
    static final RecordFile<ShimRecord> FILE = new RecordFile<>(ShimRecord.class, "shim.json");

    /// Pids with the start of each, so that they cannot come to mean other ones.
    ///
    /// @param pid as the shim tells it, which may be that of a virtual machine
    /// @param shim 0: it has not told
    record Processes(int pid, long start, int shim, long shimStart) {}

    ShimRecord withShim(ShimAddress found) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                started,
                found,
                process,
                holder,
                streams,
                cgroupsPath,
                mounted,
                annotations);
    }

    ShimRecord withProcess(Processes made, Subreaper.Handle held) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                started,
                address,
                made,
                held,
                streams,
                cgroupsPath,
                mounted,
                annotations);
    }

    ShimRecord withStarted(Processes now) {
        return new ShimRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                sandbox,
                true,
                address,
                now,
                holder,
                streams,
                cgroupsPath,
                mounted,
                annotations);
    }
}
