package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PortForwardRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij port-forward`: ports of a pod on this machine. Each connection is a stream of its own, so that one that breaks
/// takes no other along.
@Command(
        name = "port-forward",
        mixinStandardHelpOptions = true,
        description = "Listens on local ports and forwards each connection to a port of a pod, until it is stopped.")
final class PortForward implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = "--address",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "Where to listen (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Parameters(index = "0", paramLabel = "POD", description = "Id, beginning of an id, or name.")
    private String pod = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "[LOCAL:]REMOTE",
            description = "Port here and port of the pod; LOCAL 0 or nothing before the colon: any free one.")
    private List<String> ports = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    private record Mapping(int local, int remote) {
        static Mapping of(String text) {
            var parts = text.split(":", -1);
            if (parts.length > 2) {
                throw wrong(text);
            }
            int remote = port(text, parts[parts.length - 1], 1);
            if (parts.length == 1) {
                return new Mapping(remote, remote);
            }
            return new Mapping(parts[0].isEmpty() ? 0 : port(text, parts[0], 0), remote);
        }

        private static int port(String all, String text, int least) {
            if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xFFFF || Integer.parseInt(text) < least) {
                throw wrong(all);
            }
            return Integer.parseInt(text);
        }

        private static CliException wrong(String text) {
            return new CliException(
                    ExitCode.USAGE, "\"" + text + "\" is no [LOCAL:]REMOTE pair of ports between 1 and 65535");
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var mappings = ports.stream().map(Mapping::of).toList();
        var console = Console.of(spec);
        try (var client = endpoint.connect()) {
            var target = new Lookup(client).pod(pod).orElseThrow(() -> Lookup.missing("pod", pod, "crij pods"));
            var listeners = new ArrayList<ServerSocket>();
            try {
                for (var mapping : mappings) {
                    var listener = listen(mapping.local());
                    listeners.add(listener);
                    console.out()
                            .println("Forwarding " + address + ":" + listener.getLocalPort() + " to port "
                                    + mapping.remote() + " of " + pod);
                    console.out().flush();
                    Thread.ofVirtual().start(() -> accept(client, target, mapping.remote(), listener, console));
                }
                Thread.currentThread().join();
            } finally {
                for (var listener : listeners) {
                    listener.close();
                }
            }
            return ExitCode.OK;
        }
    }

    private ServerSocket listen(int port) {
        try {
            return new ServerSocket(port, 0, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED, "Tried to listen on " + address + " port " + port + " but " + e.getMessage(), e);
        }
    }

    private static void accept(CriClient client, PodSandbox pod, int port, ServerSocket listener, Console console) {
        while (!listener.isClosed()) {
            try {
                var socket = listener.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        new ForwardedConnection(socket, url(client, pod, port)).run();
                    } catch (IOException | CliException e) {
                        console.err().println(e.getMessage());
                        console.err().flush();
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    private static String url(CriClient client, PodSandbox pod, int port) {
        var request = PortForwardRequest.newBuilder()
                .setPodSandboxId(pod.getId())
                .addPort(port)
                .build();
        return trying("forward port " + port, () -> client.runtime().portForward(request))
                .getUrl();
    }
}
