package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import java.io.IOException;

final class Run implements Verb {
    private final OciExec command;
    private final Syntax syntax =
            new Syntax("run", "Creates and starts a container, waits for its end and removes it.");

    private final Bundle bundle = new Bundle(syntax);
    private final CreateOptions options = new CreateOptions(syntax);
    private final Argument<Boolean> detach = syntax.flag("--detach, -d", "Do not wait.");
    private final Argument<Boolean> keep = syntax.flag("--keep", "Do not remove it after its end.");
    private final Argument<String> id = syntax.id();

    Run(OciExec command) {
        this.command = command;
        syntax.flag("--no-subreaper", "Accepted: this command reaps what it started only.");
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        OciRuntime runtime = command.runtime();
        try (Shim shim = Create.create(command, runtime, bundle, options, id.value(), detach.value())) {
            boolean stays = false;
            try {
                int code = started(runtime, shim);
                stays = detach.value();
                return code;
            } finally {
                if (!stays && !keep.value()) {
                    runtime.delete(id.value(), true);
                }
            }
        }
    }

    private int started(OciRuntime runtime, Shim shim) throws OciException, InterruptedException {
        if (detach.value()) {
            runtime.start(id.value());
            return 0;
        }
        try (var foreground = new Foreground(shim, options.console() == null)) {
            runtime.start(id.value());
            return foreground.await();
        }
    }
}
