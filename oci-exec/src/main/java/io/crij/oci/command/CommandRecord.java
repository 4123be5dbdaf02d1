package io.crij.oci.command;

import io.crij.oci.runtime.Subreaper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What has to be known to drive a container on after a restart: `command.json` in its folder, whole or not at all.
///
/// @param created milliseconds since 1970
/// @param pid as the runtime reports it; 0 while it is being created
/// @param start of that process, so that the pid cannot come to mean another one
/// @param subreaper null while it is being created
/// @param cgroupsPath that was asked for; empty: none
/// @param mounted whether its root is a mount of ours
record CommandRecord(
        int version,
        String id,
        CommandSettings settings,
        String ociVersion,
        String bundle,
        long created,
        boolean started,
        int pid,
        long start,
        Subreaper.@Nullable Handle subreaper,
        String cgroupsPath,
        boolean mounted,
        Map<String, String> annotations) {
    static final int VERSION = 1;
    static final RecordFile<CommandRecord> FILE = new RecordFile<>(CommandRecord.class, "command.json");

    CommandRecord withProcess(int process, long began, Subreaper.Handle handle) {
        return new CommandRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                started,
                process,
                began,
                handle,
                cgroupsPath,
                mounted,
                annotations);
    }

    CommandRecord withStarted() {
        return new CommandRecord(
                version,
                id,
                settings,
                ociVersion,
                bundle,
                created,
                true,
                pid,
                start,
                subreaper,
                cgroupsPath,
                mounted,
                annotations);
    }
}
