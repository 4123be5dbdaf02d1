package io.crij.oci.cli;

import io.crij.oci.runtime.Explanation;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Stdio;
import io.crij.oci.spec.Spec;
import java.io.IOException;

/// Shows what would be done.
final class Explain implements Verb {
    private final OciExec command;
    private final Syntax syntax = new Syntax(
            "explain", "Prints the system calls that create a container from a bundle, without making any of them.");

    private final Bundle bundle = new Bundle(syntax);

    Explain(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException {
        Spec spec = command.placed(bundle.spec(), "explained");
        command.out().print(Explanation.of(bundle.request("explained", spec, new Stdio.Null(), true)));
        return 0;
    }
}
