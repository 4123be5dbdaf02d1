package io.crij.sandbox.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.crij.sandbox.Root;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Attaches a network namespace to a bridge, reaches a server in it, and detaches it; ends with an error when anything
/// is not as it should be. See [BridgeNetworkTest].
final class BridgeWalk {
    static final Path PLUGINS = Path.of("/usr/lib/cni");
    private static final String CONFIGURATION = """
            {"cniVersion": "1.0.0", "name": "walk", "plugins": [
              {"type": "bridge", "bridge": "walk0", "isGateway": true, "ipMasq": true,
               "ipam": {"type": "host-local", "dataDir": "%s",
                        "ranges": [[{"subnet": "10.211.7.0/24"}]]}},
              {"type": "portmap", "capabilities": {"portMappings": true}}]}
            """;

    private BridgeWalk() {}

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        Root.output("ip", "link", "set", "lo", "up");
        var configurations = Files.createDirectories(folder.resolve("net.d"));
        var leases = folder.resolve("leases");
        Files.writeString(configurations.resolve("walk.conflist"), CONFIGURATION.formatted(leases));
        var pause = Root.pause("--net");
        var other = Root.pause("--net");
        try (var networks = new CniNetworks(
                configurations, "", List.of(PLUGINS), folder.resolve("state"), Duration.ofSeconds(30))) {
            checked(networks, netns(other));
            walk(networks, netns(pause), leases.resolve("walk"));
        } finally {
            other.destroyForcibly().waitFor();
            pause.destroyForcibly().waitFor();
        }
    }

    private static Path netns(Process pause) {
        return Path.of("/proc/" + pause.pid() + "/ns/net");
    }

    /// Without a port: CHECK of portmap 1.1 looks for rules of both families.
    private static void checked(CniNetworks networks, Path netns) throws Exception {
        networks.add(new CniRequest("walk-2", netns, "eth0", Map.of(), Map.of()));
        networks.check("walk-2");
        Root.output("nsenter", "--net=" + netns, "ip", "link", "del", "eth0");
        try {
            networks.check("walk-2");
            check(false, "CHECK sees that the interface is gone");
        } catch (CniException e) {
            check(e.plugin().equals("bridge"), e.toString());
        }
        networks.delete("walk-2");
    }

    private static void walk(CniNetworks networks, Path netns, Path leases) throws Exception {
        JsonNode ports =
                new ObjectMapper().readTree("[{\"hostPort\":18080,\"containerPort\":80,\"protocol\":\"tcp\"}]");
        networks.status();
        var result = networks.add(new CniRequest("walk-1", netns, "eth0", Map.of(), Map.of("portMappings", ports)));
        String address = result.addresses().getFirst();
        check(address.startsWith("10.211.7."), address);
        check(in(netns, "ip", "-o", "addr", "show", "dev", "eth0").contains(address), "the pod has the address");
        check(Root.output("iptables", "-t", "nat", "-S").contains("18080"), "the port is mapped");
        reach(netns, address, 80);
        reach(
                netns,
                Root.output("ip", "-4", "-o", "addr", "show", "dev", "walk0")
                        .replaceAll("(?s).*inet ([0-9.]+).*", "$1"),
                18080);

        networks.delete("walk-1");
        check(!in(netns, "ip", "-o", "link").contains("eth0"), "the interface is gone");
        check(!Root.output("iptables", "-t", "nat", "-S").contains("18080"), "the mapping is gone");
        try (var files = Files.list(leases)) {
            var left = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[0-9a-f.:]+"))
                    .toList();
            check(left.isEmpty(), "addresses are given back: " + left);
        }
    }

    private static void reach(Path netns, String address, int port) throws Exception {
        var server = new ProcessBuilder("nsenter", "--net=" + netns, "busybox", "nc", "-l", "-p", "80")
                .redirectErrorStream(true)
                .start();
        try {
            for (int attempt = 0; ; attempt++) {
                try (var socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), 1000);
                    socket.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    break;
                } catch (IOException e) {
                    check(attempt < 100, "connect to " + address + " port " + port + ": " + e);
                    Thread.sleep(50);
                }
            }
            server.getOutputStream().close();
            check(
                    new String(server.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).equals("hello\n"),
                    "heard");
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private static String in(Path netns, String... command) throws Exception {
        var whole = new java.util.ArrayList<>(List.of("nsenter", "--net=" + netns));
        whole.addAll(List.of(command));
        return Root.output(whole.toArray(String[]::new));
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
