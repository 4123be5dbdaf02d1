package io.crij.oci.command;

import java.time.Duration;
import java.util.List;

/// A runtime with runc's command line, and how to call it. Stands in the records of its containers, so that they
/// can be driven on after a restart, whatever the configuration says by then.
///
/// @param name of the handler, for messages
/// @param path of its program, absolute
/// @param root folder where it keeps its state, its `--root`
/// @param options more global options, before the verb
/// @param systemdCgroup `cgroupsPath` is meant for systemd
/// @param createMillis how long a create or exec may take
/// @param millis how long any other verb may take
public record CommandSettings(
        String name,
        String path,
        String root,
        List<String> options,
        Dialect dialect,
        boolean systemdCgroup,
        long createMillis,
        long millis) {
    public CommandSettings {
        options = List.copyOf(options);
    }

    /// What differs beyond the command line.
    public enum Dialect {
        /// Containers are processes of this host.
        RUNC,
        /// runsc: containers are processes of a sandbox, whose pid it reports for all of them; how they end is told
        /// by its `wait`.
        GVISOR
    }

    Duration createTime() {
        return Duration.ofMillis(createMillis);
    }

    Duration time() {
        return Duration.ofMillis(millis);
    }
}
