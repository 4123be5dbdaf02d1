package io.crij.monitor;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.abi.FileFlags;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/// The place of running processes in the order of the out-of-memory killer (proc_pid_oom_score_adj(5)).
final class OomScores {
    private static final System.Logger LOG = System.getLogger(OomScores.class.getName());

    private OomScores() {}

    /// Processes that end meanwhile are no error. To lower a score below what it was last set to with privilege needs
    /// CAP_SYS_RESOURCE; without it the processes keep what they have, as at create.
    static void adjust(Collection<Integer> pids, int score) throws ErrnoException {
        var value = Integer.toString(score).getBytes(StandardCharsets.US_ASCII);
        for (int pid : pids) {
            try (Fd file = Fd.open("/proc/" + pid + "/oom_score_adj", FileFlags.O_WRONLY)) {
                file.write(value);
            } catch (ErrnoException e) {
                switch (e.errno()) {
                    case Errno.ENOENT, Errno.ESRCH -> {}
                    case Errno.EACCES ->
                        LOG.log(
                                Level.WARNING,
                                "process " + pid + " keeps its oom_score_adj: lowering it to " + score
                                        + " needs CAP_SYS_RESOURCE, which conmon-j does not have");
                    default -> throw e;
                }
            }
        }
    }
}
