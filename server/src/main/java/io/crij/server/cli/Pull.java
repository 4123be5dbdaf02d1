package io.crij.server.cli;

import io.crij.cri.v1.AuthConfig;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij pull`.
@Command(name = "pull", mixinStandardHelpOptions = true, description = "Fetches images; prints their ids.")
final class Pull implements Callable<Integer> {
    @Mixin
    private Endpoint endpoint = new Endpoint();

    @Option(
            names = "--creds",
            paramLabel = "USER[:PASSWORD]",
            description = "Credentials for the registry; without the password it is read from $CRIJ_PASSWORD.")
    private @Nullable String credentials;

    @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "As busybox, quay.io/org/name:tag or name@digest.")
    private List<String> images = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        var console = Console.of(spec);
        try (var client = endpoint.connect()) {
            var pull = new ImagePull(client, console.err());
            for (var image : images) {
                console.out().println(pull.pull(image, auth()));
                console.out().flush();
            }
        }
        return ExitCode.OK;
    }

    private AuthConfig auth() {
        if (credentials == null) {
            return AuthConfig.getDefaultInstance();
        }
        int colon = credentials.indexOf(':');
        var password = colon >= 0 ? credentials.substring(colon + 1) : System.getenv("CRIJ_PASSWORD");
        if (password == null) {
            throw new CliException(
                    ExitCode.USAGE, "--creds has no password: write USER:PASSWORD, or set $CRIJ_PASSWORD");
        }
        return AuthConfig.newBuilder()
                .setUsername(colon >= 0 ? credentials.substring(0, colon) : credentials)
                .setPassword(password)
                .build();
    }
}
