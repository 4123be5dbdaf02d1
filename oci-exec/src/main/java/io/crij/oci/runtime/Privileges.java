package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.ResourceLimit;
import io.crij.oci.spec.CapabilitySets;
import io.crij.oci.spec.Rlimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What this process may give to containers. In some virtual machines root has no CAP_SYS_RESOURCE: then a lower
/// score for the out-of-memory killer or a higher limit than our own is refused by the kernel. The best that can be
/// had is granted, and said once, instead of failing every pod. Thread-safe.
final class Privileges {
    private static final System.Logger LOG = System.getLogger(Privileges.class.getName());
    private static final int CAP_SYS_RESOURCE = 24;

    private final CapabilitySets.Host capabilities;
    private final int ownScore;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    Privileges(CapabilitySets.Host capabilities, int ownScore) {
        this.capabilities = capabilities;
        this.ownScore = ownScore;
    }

    static Privileges read() throws IOException {
        String score = Files.readString(Path.of("/proc/self/oom_score_adj")).strip();
        return new Privileges(CapabilitySets.Host.read(), Integer.parseInt(score));
    }

    CapabilitySets.Host capabilities() {
        return capabilities;
    }

    private boolean unlimited() {
        return (capabilities.permitted() >>> CAP_SYS_RESOURCE & 1) == 1;
    }

    /// The score that can be set.
    int oomScore(int wanted) {
        if (wanted >= ownScore || unlimited()) {
            return wanted;
        }
        warn("process.oomScoreAdj " + wanted + " is not granted, " + ownScore + " is the lowest that a process without"
                + " CAP_SYS_RESOURCE can give: give this service that capability");
        return ownScore;
    }

    /// The limit that can be set.
    Rlimit limit(Rlimit wanted) {
        if (unlimited()) {
            return wanted;
        }
        try {
            ResourceLimit.Kind kind = ResourceLimit.Kind.values()[wanted.type().number()];
            long own = ResourceLimit.of(0, kind).hard();
            if (Long.compareUnsigned(wanted.hard(), own) <= 0) {
                return wanted;
            }
            warn("process.rlimits: " + wanted.type() + " above " + Long.toUnsignedString(own)
                    + " is not granted, that is the highest that a process without CAP_SYS_RESOURCE can give: give this"
                    + " service that capability or a higher limit");
            long soft = Long.compareUnsigned(wanted.soft(), own) > 0 ? own : wanted.soft();
            return new Rlimit(wanted.type(), soft, own);
        } catch (ErrnoException e) {
            return wanted;
        }
    }

    /// Says it once.
    void warn(String message) {
        if (said.size() < 1000 && said.add(message)) {
            LOG.log(System.Logger.Level.WARNING, message);
        }
    }
}
