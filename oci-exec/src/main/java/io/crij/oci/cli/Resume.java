package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import java.io.IOException;

final class Resume implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax("resume", "Lets a paused container go on.");

    private final Argument<String> id = syntax.id();

    Resume(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        command.runtime().resume(id.value());
        return 0;
    }
}
