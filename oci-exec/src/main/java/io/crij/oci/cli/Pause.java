package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;

final class Pause implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("pause", "Stops all processes of a container where they are.");

    private final Argument<String> id = syntax.id();

    Pause(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        command.runtime().pause(id.value());
        return 0;
    }
}
