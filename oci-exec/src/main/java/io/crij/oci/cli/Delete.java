package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;

final class Delete implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("delete", "Removes what is left of a container.");

    private final Argument<Boolean> force = syntax.flag("--force, -f", "Kill it first; an unknown one is no error.");
    private final Argument<String> id = syntax.id();

    Delete(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        command.runtime().delete(id.value(), force.value());
        return 0;
    }
}
