package io.crij.oci.cli;

import io.crij.oci.runtime.Explanation;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Spec;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/// Shows what would be done.
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = "Prints the system calls that create a container from a bundle, without making any of them.")
final class Explain implements Callable<Integer> {
    @ParentCommand
    private OciExec command;

    @Mixin
    private Bundle bundle;

    @Override
    public Integer call() throws OciException, IOException {
        Spec spec = command.placed(bundle.spec(), "explained");
        command.out().print(Explanation.of(bundle.request("explained", spec, new Stdio.Null(), true)));
        return 0;
    }
}
