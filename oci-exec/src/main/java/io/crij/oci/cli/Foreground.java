package io.crij.oci.cli;

import io.crij.linux.Epoll;
import io.crij.linux.ErrnoException;
import io.crij.linux.Signal;
import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciRuntime;
import io.crij.oci.runtime.Shim;
import java.util.Optional;

/// Stays until a process has ended.
final class Foreground {
    private Foreground() {}

    /// @return its exit code
    static int await(OciRuntime runtime, String id, Shim shim) throws OciException {
        // what ends this command ends the container
        Thread hook = new Thread(() -> terminate(runtime, id));
        java.lang.Runtime.getRuntime().addShutdownHook(hook);
        try {
            int code = await(shim);
            shim.release();
            return code;
        } finally {
            java.lang.Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    static int await(Shim shim) throws StepFailed {
        try (Epoll epoll = new Epoll()) {
            epoll.add(shim.exited(), Epoll.IN, 1);
            while (true) {
                Optional<ExitStatus> status = shim.exitStatus();
                if (status.isPresent()) {
                    return status.get().code();
                }
                epoll.await((_, _) -> {});
            }
        } catch (ErrnoException e) {
            throw new StepFailed("cannot wait for the process: " + e.getMessage(), e.errno(), e);
        }
    }

    private static void terminate(OciRuntime runtime, String id) {
        try {
            runtime.kill(id, Signal.TERM.number(), false);
        } catch (OciException _) {
            // it has ended by itself
        }
    }
}
