package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;

final class Start implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("start", "Lets a created container's program run.");

    private final Argument<String> id = syntax.id();

    Start(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        command.runtime().start(id.value());
        return 0;
    }
}
