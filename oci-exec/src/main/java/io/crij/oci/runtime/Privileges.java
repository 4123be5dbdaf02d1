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
import java.util.function.Consumer;

/// What this process may give to containers. In some virtual machines root has no CAP_SYS_RESOURCE: then a lower
/// score for the out-of-memory killer or a higher limit than our own is refused by the kernel. The best that can be
/// had is granted, and said once, instead of failing every pod. Thread-safe.
final class Privileges {
    private static final int CAP_SYS_RESOURCE = 24;

    private final CapabilitySets.Host capabilities;
    private final int ownScore;
    private final boolean unlimited;
    private final boolean ordinary;
    private final Consumer<String> warnings;
    private final Set<String> said = ConcurrentHashMap.newKeySet();

    /// @param warnings gets what is not granted as asked for, each once
    Privileges(CapabilitySets.Host capabilities, int ownScore, Consumer<String> warnings) {
        this(capabilities, ownScore, (capabilities.permitted() >>> CAP_SYS_RESOURCE & 1) == 1, false, warnings);
    }

    private Privileges(
            CapabilitySets.Host capabilities,
            int ownScore,
            boolean unlimited,
            boolean ordinary,
            Consumer<String> warnings) {
        this.capabilities = capabilities;
        this.ownScore = ownScore;
        this.unlimited = unlimited;
        this.ordinary = ordinary;
        this.warnings = warnings;
    }

    static Privileges read(Consumer<String> warnings) throws IOException {
        return new Privileges(CapabilitySets.Host.read(), ownScore(), warnings);
    }

    /// Those of an ordinary user: nothing of the host, and every capability in the user namespaces that it makes.
    static Privileges ofOrdinaryUser(Consumer<String> warnings) throws IOException {
        var all = new CapabilitySets.Host(CapabilitySets.Host.read().last(), -1, -1);
        return new Privileges(all, ownScore(), false, true, warnings);
    }

    private static int ownScore() throws IOException {
        return Integer.parseInt(
                Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
    }

    /// Whether this process is an ordinary user's.
    boolean ordinary() {
        return ordinary;
    }

    CapabilitySets.Host capabilities() {
        return capabilities;
    }

    /// The score of a process that is to have none: 0, or the nearest to it that can be set.
    int usualOomScore() {
        return unlimited ? 0 : Math.max(0, ownScore);
    }

    /// The score that can be set.
    int oomScore(int wanted) {
        if (wanted >= ownScore || unlimited) {
            return wanted;
        }
        warn("process.oomScoreAdj " + wanted + " is not granted, " + ownScore + " is the lowest that a process without"
                + " CAP_SYS_RESOURCE can give: give this service that capability");
        return ownScore;
    }

    /// The limit that can be set.
    Rlimit limit(Rlimit wanted) {
        if (unlimited) {
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
            warnings.accept(message);
        }
    }
}
