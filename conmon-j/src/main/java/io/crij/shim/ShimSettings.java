package io.crij.shim;

import java.time.Duration;

/// A shim and how to call it. Stands in the records of its containers, so that they can be driven on after a restart,
/// whatever the configuration says by then.
///
/// @param name of the handler, for messages
/// @param path of its program, absolute
/// @param root folder where the runtime behind it keeps its state
/// @param options which options it takes
/// @param runtime program of the runtime behind it; empty: its own choice. With [Options#RUNC] only
/// @param configPath configuration of the runtime behind it; empty: its own choice. With [Options#GENERIC] only
/// @param configType what that file holds, for shims that want to be told; empty: nothing
/// @param systemdCgroup `cgroupsPath` is meant for systemd
/// @param createMillis how long a start, create or exec may take
/// @param millis how long any other call may take
public record ShimSettings(
        String name,
        String path,
        String root,
        Options options,
        String runtime,
        String configPath,
        String configType,
        boolean systemdCgroup,
        long createMillis,
        long millis) {
    /// The message that carries a shim's options.
    public enum Options {
        /// `containerd.runc.v1.Options`
        RUNC,
        /// `runtimeoptions.v1.Options`
        GENERIC
    }

    Duration createTime() {
        return Duration.ofMillis(createMillis);
    }

    Duration time() {
        return Duration.ofMillis(millis);
    }
}
