package io.crij.server.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `crij completion`.
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Prints a completion script for the shell: source <(crij completion bash)")
final class Completion implements Callable<Integer> {
    enum Shell {
        bash,
        zsh
    }

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}")
    private Shell shell = Shell.bash;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        if (shell == Shell.zsh) {
            out.println("autoload -U +X bashcompinit && bashcompinit");
        }
        out.println(AutoComplete.bash("crij", CrijCommand.commandLine()));
        out.flush();
        return ExitCode.OK;
    }
}
