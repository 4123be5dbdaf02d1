package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import io.crij.oci.runtime.OciException.StepFailed;
import io.crij.oci.runtime.OciException.Unsupported;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Maps the ids of a user namespace that an ordinary user's process has made (user_namespaces(7)): the user's own id
/// alone by writing it down; others with newuidmap and newgidmap, which know from `/etc/subuid` and `/etc/subgid` whom
/// they belong to.
final class UserMaps {
    private final int uid;
    private final int gid;

    /// @param uid of this process
    UserMaps(int uid, int gid) {
        this.uid = uid;
        this.gid = gid;
    }

    /// @param pid of the process in the namespace
    void write(int pid, Linux linux) throws StepFailed, Unsupported {
        if (isOwn(linux.gidMappings(), gid)) {
            // else whoever is kept out of a file because of a group could leave that group (CVE-2014-8989)
            put(pid, "setgroups", "deny");
        }
        map(pid, "gid_map", linux.gidMappings(), gid, "newgidmap");
        map(pid, "uid_map", linux.uidMappings(), uid, "newuidmap");
    }

    private static boolean isOwn(List<IdMapping> mappings, int own) {
        return mappings.size() == 1
                && mappings.getFirst().size() == 1
                && mappings.getFirst().hostID() == own;
    }

    private static void map(int pid, String file, List<IdMapping> mappings, int own, String program)
            throws StepFailed, Unsupported {
        if (isOwn(mappings, own)) {
            put(pid, file, UserNamespaces.lines(mappings));
        } else {
            run(pid, mappings, program);
        }
    }

    private static void put(int pid, String file, String text) throws StepFailed {
        try (Fd fd = Fd.open("/proc/" + pid + "/" + file, FileFlags.O_WRONLY)) {
            fd.write(text.getBytes(StandardCharsets.US_ASCII));
        } catch (ErrnoException e) {
            throw new StepFailed(
                    "cannot map the user's own id in the user namespace: " + e.getMessage() + forbidden(e.errno()),
                    e.errno(),
                    e);
        }
    }

    private static String forbidden(int errno) {
        return errno == Errno.EPERM
                ? "; does a security module forbid user namespaces to ordinary users"
                        + " (kernel.apparmor_restrict_unprivileged_userns)?"
                : "";
    }

    private static void run(int pid, List<IdMapping> mappings, String program) throws StepFailed, Unsupported {
        var command = new ArrayList<>(List.of(program, Integer.toString(pid)));
        for (IdMapping mapping : mappings) {
            command.add(Long.toString(mapping.containerID()));
            command.add(Long.toString(mapping.hostID()));
            command.add(Long.toString(mapping.size()));
        }
        String line = String.join(" ", command);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            if (code != 0) {
                throw new StepFailed(
                        "cannot map ids: " + line + " ended with code " + code + ": " + said
                                + "; /etc/subuid and /etc/subgid say which ids are whose",
                        Errno.EPERM);
            }
        } catch (IOException e) {
            throw new Unsupported("linux.uidMappings, linux.gidMappings: more than the user's own id is mapped, which"
                    + " takes " + program + ", and that cannot be run (" + e.getMessage() + "): install the package"
                    + " uidmap, or map the own id only, as oci-exec spec --rootless does");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StepFailed("interrupted while waiting for " + line, Errno.EINTR, e);
        }
    }
}
