package io.crij.shim;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Pidfd;
import io.crij.linux.Signal;
import io.crij.oci.runtime.Subreapers;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Ends processes of shims, for the case that a shim does not do so itself.
final class ShimProcesses {
    private static final System.Logger LOG = System.getLogger(ShimProcesses.class.getName());

    private ShimProcesses() {}

    /// Kills a process unless its pid has come to mean another one. 0: there is none.
    static void kill(int pid, long start) {
        if (pid <= 1 || !Subreapers.alive(pid, start)) {
            return;
        }
        try (var pidfd = new Pidfd(pid)) {
            // held now: if it is still that one, it stays that one
            if (Subreapers.alive(pid, start)) {
                pidfd.send(Signal.KILL);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                LOG.log(System.Logger.Level.WARNING, "process " + pid + " cannot be killed: " + e.getMessage());
            }
        }
    }

    /// Kills those that work in this folder, as a shim does in its bundle. For one whose pid nobody knows.
    static void killIn(Path bundle) {
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                int pid = Integer.parseInt(process.getFileName().toString());
                long start = Subreapers.startOf(pid);
                if (worksIn(process, bundle)) {
                    kill(pid, start);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.log(System.Logger.Level.WARNING, "what works in " + bundle + " cannot be looked for", e);
        }
    }

    private static boolean worksIn(Path process, Path bundle) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).equals(bundle);
        } catch (IOException e) {
            return false; // it has ended
        }
    }
}
