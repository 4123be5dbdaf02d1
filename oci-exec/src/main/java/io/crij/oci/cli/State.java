package io.crij.oci.cli;

import io.crij.oci.runtime.ContainerState;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.StateJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

final class State implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("state", "Prints the state of a container as JSON.");

    private final Argument<String> id = syntax.id();

    State(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        ContainerState state = command.runtime().state(id.value());
        byte[] json = StateJson.forCommand(state);
        command.out().println(new String(json, StandardCharsets.UTF_8));
        return 0;
    }
}
