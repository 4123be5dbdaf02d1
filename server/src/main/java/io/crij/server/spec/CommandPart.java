package io.crij.server.spec;

import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.util.ArrayList;
import java.util.List;

/// The command, where it runs and whether it has a terminal. As in Kubernetes: a command of the request replaces the
/// image's entrypoint and its arguments, arguments alone replace the image's arguments.
final class CommandPart implements Part {
    @Override
    public Spec add(Wanted wanted, Spec spec) throws SandboxException {
        var args = args(wanted);
        if (args.isEmpty()) {
            throw new SandboxException.Invalid(
                    "config.command", "", "no command specified: neither the request nor the image names one");
        }
        var process = Process.EMPTY.with(p -> {
            p.args = args;
            p.cwd = cwd(wanted);
            p.terminal = wanted.config().getTty();
        });
        return spec.with(s -> s.process = process);
    }

    private static List<String> args(Wanted wanted) {
        var config = wanted.config();
        var image = wanted.image().config();
        boolean entrypoint = config.getCommandList().isEmpty();
        var args = new ArrayList<String>(entrypoint ? image.entrypoint() : config.getCommandList());
        args.addAll(entrypoint && config.getArgsList().isEmpty() ? image.cmd() : config.getArgsList());
        return args;
    }

    private static String cwd(Wanted wanted) {
        var requested = wanted.config().getWorkingDir();
        return ContainerPath.clean(requested.isEmpty() ? wanted.image().config().workingDir() : requested);
    }
}
