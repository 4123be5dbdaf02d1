package io.crij.server.cli;

import static io.crij.server.cli.Failures.trying;

import io.crij.cri.v1.AuthConfig;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.CreateContainerRequest;
import io.crij.cri.v1.Image;
import io.crij.cri.v1.PodSandbox;
import io.crij.cri.v1.PodSandboxMetadata;
import io.crij.cri.v1.RunPodSandboxRequest;
import io.crij.cri.v1.StartContainerRequest;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij run`: a pod with one container, its log printed until it ends.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs an image as a pod with one container and prints its log; the exit code is the container's.")
final class Run implements Callable<Integer> {
    private static final long STOP_SECONDS = 10;

    private enum PullPolicy {
        missing,
        always,
        never
    }

    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(names = "--name", paramLabel = "NAME", description = "Of the pod; default: made from its uid.")
    private String name = "";

    @Option(names = "--rm", description = "Remove the pod when the container has ended.")
    private boolean remove;

    @Option(
            names = {"-d", "--detach"},
            description = "Print the container's id and return.")
    private boolean detach;

    @Option(names = "--host-network", description = "Use the node's network instead of one of the pod's own.")
    private boolean hostNetwork;

    @Option(names = "--privileged", description = "All capabilities and devices, no seccomp.")
    private boolean privileged;

    @Option(names = "--runtime", paramLabel = "HANDLER", description = "The runtime handler; default: the server's.")
    private String handler = "";

    @Option(
            names = "--pull",
            paramLabel = "WHEN",
            defaultValue = "missing",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private PullPolicy pull = PullPolicy.missing;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "Default: the image's.")
    private String workingDirectory = "";

    @Option(
            names = {"-e", "--env"},
            paramLabel = "KEY=VALUE",
            description = "Can be given several times.")
    private List<String> environment = List.of();

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "HOST:CONTAINER[:ro]",
            description = "Can be given several times.")
    private List<String> volumes = List.of();

    @Parameters(index = "0", paramLabel = "IMAGE", description = "As for pull.")
    private String image = "";

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "COMMAND", description = "Instead of the image's own.")
    private List<String> command = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, IOException {
        var console = Console.of(spec);
        try (var client = endpoint.connect()) {
            var present = image(new ImagePull(client, console.err()));
            var wanted = wanted();
            var config = wanted.container(present, image);
            try (var interruption = new Interruption()) {
                var pod = startPod(client, wanted);
                var container = startContainer(client, wanted, pod, config, interruption);
                if (detach) {
                    console.out().println(container);
                    console.out().flush();
                    return ExitCode.OK;
                }
                try {
                    return follow(client, wanted, container, interruption);
                } finally {
                    if (remove) {
                        new Lifecycle(client).removePod(pod);
                    }
                }
            }
        }
    }

    private Image image(ImagePull images) throws InterruptedException {
        var present = images.present(image);
        if (pull == PullPolicy.always || pull == PullPolicy.missing && present.isEmpty()) {
            images.pull(image, AuthConfig.getDefaultInstance());
            present = images.present(image);
        }
        return present.orElseThrow(() -> new CliException(
                ExitCode.NOT_FOUND, "image " + image + " is not here; fetch it with: crij pull " + image));
    }

    private RunPod wanted() {
        var uid = RunPod.freshUid();
        var podName = name.isEmpty() ? "run-" + uid.substring(0, uid.indexOf('-')) : name;
        return new RunPod(
                podName, uid, hostNetwork, privileged, workingDirectory, environment, volumes, Words.command(command));
    }

    private PodSandbox startPod(CriClient client, RunPod wanted) {
        var config = wanted.sandbox();
        var request = RunPodSandboxRequest.newBuilder()
                .setConfig(config)
                .setRuntimeHandler(handler)
                .build();
        var id = trying("start pod " + wanted.name(), () -> client.runtime().runPodSandbox(request))
                .getPodSandboxId();
        return PodSandbox.newBuilder()
                .setId(id)
                .setMetadata(PodSandboxMetadata.newBuilder().setName(wanted.name()))
                .putAllAnnotations(config.getAnnotationsMap())
                .build();
    }

    /// Nobody could use a pod whose only container never ran: it is removed then.
    private String startContainer(
            CriClient client, RunPod wanted, PodSandbox pod, ContainerConfig config, Interruption interruption)
            throws IOException {
        try {
            wanted.makeLogFolder();
            var container = startContainer(client, wanted, pod, config);
            if (interruption.happened()) {
                throw new CliException(ExitCode.FAILED, "interrupted; pod " + wanted.name() + " is removed again");
            }
            return container;
        } catch (CliException | IOException e) {
            new Lifecycle(client).removePod(pod);
            throw e;
        }
    }

    private String startContainer(CriClient client, RunPod wanted, PodSandbox pod, ContainerConfig config) {
        var create = CreateContainerRequest.newBuilder()
                .setPodSandboxId(pod.getId())
                .setConfig(config)
                .setSandboxConfig(wanted.sandbox())
                .build();
        var id = trying("create a container of " + image, () -> client.runtime().createContainer(create))
                .getContainerId();
        trying(
                "start a container of " + image,
                () -> client.runtime()
                        .startContainer(StartContainerRequest.newBuilder()
                                .setContainerId(id)
                                .build()));
        return id;
    }

    /// Ctrl-C stops the container and lets its last output be printed; so does output that nobody takes any more.
    private int follow(CriClient client, RunPod wanted, String container, Interruption interruption)
            throws IOException, InterruptedException {
        interruption.then(() -> new Lifecycle(client).stopContainer(container, STOP_SECONDS));
        var file = wanted.logDirectory().resolve(RunPod.CONTAINER_LOG);
        try (var log = new LogTail(file)) {
            return new LogFollower(client, container)
                    .follow(log, file, new LogPrinter(Output.bytes(), System.err, false))
                    .getExitCode();
        } catch (CliException e) {
            new Lifecycle(client).stopContainer(container, STOP_SECONDS);
            throw e;
        }
    }
}
