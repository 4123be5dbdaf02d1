package io.crij.sandbox.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.sandbox.Root;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The packaged plugins, in a network and mount namespace of their own, so that bridge and firewall rules stay off the
/// host: the walk runs in a JVM of its own there.
class BridgeNetworkTest {
    @TempDir
    Path folder;

    @Test
    void aPodIsReachedThroughTheBridgeAndLeavesNothing() throws Exception {
        Root.required();
        assumeTrue(
                Files.isExecutable(BridgeWalk.PLUGINS.resolve("bridge")),
                "needs the CNI plugins in " + BridgeWalk.PLUGINS);
        for (var program :
                new String[] {"/usr/bin/unshare", "/usr/bin/nsenter", "/usr/sbin/iptables", "/usr/bin/busybox"}) {
            Root.program(program);
        }
        var java = ProcessHandle.current().info().command().orElseThrow();
        var walk = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "--mount",
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BridgeWalk.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        var output = new String(walk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, walk.waitFor(), output);
    }
}
