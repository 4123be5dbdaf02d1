package io.crij.server.cli;

import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.server.config.CgroupChoice;
import io.crij.server.config.ConfigException;
import io.crij.server.config.ConfigPage;
import io.crij.server.config.ConfigReference;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `crij config`.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Prints every key of the configuration with its default, as a file to start from.")
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(
            names = "--effective",
            description = "What a server started now with the same flags would use: files, then flags.")
    private boolean effective;

    @Option(names = "--markdown", hidden = true, description = "The reference as docs/configuration.md.")
    private boolean markdown;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        var out = Console.of(spec).out();
        try {
            out.print(text());
        } catch (ConfigException | ErrnoException e) {
            throw new CliException(ExitCode.FAILED, e);
        }
        out.flush();
        return ExitCode.OK;
    }

    private String text() throws ConfigException, ErrnoException {
        if (markdown) {
            return ConfigPage.markdown();
        }
        return effective
                ? ConfigReference.inForce(CgroupChoice.decide(options.read(), CgroupTree.detect()))
                : ConfigReference.defaults();
    }
}
