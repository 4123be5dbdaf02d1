package io.crij.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

/// Stops a network plugin or a hook of a container at a known point, so that a test can kill a daemon just then. The
/// first that comes to an armed point waits until the gate is opened; later ones pass.
final class Gate {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String KIND = "e2e.crij.io/gate";

    private final Path folder;

    /// Puts the network plugin `gated` (the bridge, with points around its commands) and the devices of [#device] in
    /// place.
    Gate(Place place) {
        folder = Folders.make(place.root().resolve("gate"));
        var script = folder.resolve("pass");
        executable(script, """
                #!/bin/sh
                PATH=/usr/sbin:/usr/bin:/sbin:/bin
                cd %s
                if mv "armed-$1" reached 2>/dev/null; then
                    while [ ! -e open ]; do sleep 0.02; done
                fi
                exit 0
                """.formatted(folder));
        executable(place.cniPlugins().resolve("gated"), """
                #!/bin/sh
                PATH=/usr/sbin:/usr/bin:/sbin:/bin
                input=$(cat)
                %1$s before-$CNI_COMMAND
                output=$(printf %%s "$input" | %2$s) && %1$s after-$CNI_COMMAND || exit $?
                printf %%s "$output"
                """.formatted(
                        script, place.cniPlugins().resolve("bridge")));
        var devices = new StringBuilder();
        for (var point : Hook.values()) {
            devices.append(devices.isEmpty() ? "" : ",").append("""
                    {"name": "%1$s", "containerEdits": {"hooks": [
                      {"hookName": "%1$s", "path": "%2$s", "args": ["pass", "%1$s"]}]}}
                    """.formatted(point.title, script));
        }
        Folders.write(
                place.devices().resolve("gate.json"),
                "{\"cdiVersion\": \"0.6.0\", \"kind\": \"%s\", \"devices\": [%s]}".formatted(KIND, devices));
    }

    /// The points where a runtime calls hooks of the host.
    enum Hook {
        CREATE("createRuntime"),
        START("poststart"),
        REMOVE("poststop");

        private final String title;

        Hook(String title) {
            this.title = title;
        }
    }

    /// A network of the gated bridge.
    static String network(Place place) {
        return """
                { "cniVersion": "1.0.0", "name": "gated", "plugins": [
                  { "type": "gated", "bridge": "e2e0", "isGateway": true,
                    "ipam": { "type": "host-local", "dataDir": "%s", "ranges": [[{ "subnet": "10.123.0.0/16" }]] } } ] }
                """.formatted(place.leases());
    }

    /// A device whose container has the hook.
    static String device(Hook hook) {
        return KIND + "=" + hook.title;
    }

    void arm(Hook hook) {
        arm(hook.title);
    }

    /// @param point a hook, or `before-` or `after-` and a command of a network plugin, or one of a container's script
    void arm(String point) {
        for (var old : new String[] {"open", "reached"}) {
            Folders.delete(folder.resolve(old));
        }
        Folders.write(folder.resolve("armed-" + point), "");
    }

    /// Waits until somebody waits.
    void await() {
        Waiting.until("the gate is reached", SOON, () -> Files.exists(folder.resolve("reached")));
    }

    void open() {
        Folders.write(folder.resolve("open"), "");
    }

    /// For a container that waits itself: its command, in the folder as a volume.
    Path folder() {
        return folder;
    }

    private static void executable(Path file, String text) {
        try {
            Folders.write(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
