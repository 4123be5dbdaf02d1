package io.crij.oci.cli;

import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.oci.spec.SpecValidator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

final class Create implements Verb {
    private final OciExec command;
    private final Syntax syntax =
            new Syntax("create", "Creates a container from a bundle; its program waits for start.");

    private final Bundle bundle = new Bundle(syntax);
    private final CreateOptions options = new CreateOptions(syntax);
    private final Argument<String> id = syntax.id();

    Create(OciExec command) {
        this.command = command;
    }

    @Override
    public Syntax syntax() {
        return syntax;
    }

    @Override
    public int run() throws OciException, IOException, InterruptedException {
        create(command, command.runtime(), bundle, options, id.value(), true).close();
        return 0;
    }

    /// Creates and hands pid and terminal to the caller; undone when that fails.
    static Shim create(
            OciExec command, OciRuntime runtime, Bundle bundle, CreateOptions options, String id, boolean detached)
            throws OciException, IOException, InterruptedException {
        var inherited = new InheritedDescriptors();
        Spec placed = command.placed(bundle.spec(), id);
        Spec spec = NotifySocket.pass(inherited.announce(placed), System.getenv("NOTIFY_SOCKET"));
        new SpecValidator().validate(spec).forEach(command::warn);
        @Nullable Process process = spec.process();
        boolean terminal = process != null && process.terminal();
        var request = bundle.request(id, spec, options.stdio(terminal, detached, inherited.listening()), detached);
        try (@Nullable
                ConsoleSocket console =
                        terminal && options.console() != null ? new ConsoleSocket(options.console()) : null) {
            Shim shim = runtime.create(request);
            try {
                if (console != null) {
                    console.hand(shim);
                }
                options.tell(shim);
                return shim;
            } catch (OciException e) {
                shim.close();
                runtime.delete(id, true);
                throw e;
            }
        }
    }
}
