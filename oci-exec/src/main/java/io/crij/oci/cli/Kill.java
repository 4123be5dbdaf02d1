package io.crij.oci.cli;

import io.crij.linux.Signal;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.runtime.OciException.WrongState;
import io.crij.oci.runtime.OciRuntime;
import java.io.IOException;

final class Kill implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("kill", "Sends a signal to a container.");

    private final Argument<Boolean> all =
            syntax.flag("--all, -a", "To all its processes; nothing to do when it has stopped.");
    private final Argument<String> id = syntax.id();
    private final Argument<String> signal = syntax.parameter("SIGNAL", "TERM", "Name or number (${DEFAULT-VALUE}).");

    Kill(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        int number = number(signal.value());
        OciRuntime runtime = command.runtime();
        if (runtime.state(id.value()).status() == Status.STOPPED) {
            if (all.value()) {
                return 0;
            }
            // engines look for these very words
            throw new WrongState("container not running");
        }
        runtime.kill(id.value(), number, all.value());
        return 0;
    }

    private static int number(String signal) throws InvalidSpec {
        if (signal.equals("0")) {
            return 0;
        }
        return Signal.parse(signal)
                .orElseThrow(
                        () -> new InvalidSpec("signal", signal, "is no signal; use a name such as TERM, or a number"))
                .number();
    }
}
