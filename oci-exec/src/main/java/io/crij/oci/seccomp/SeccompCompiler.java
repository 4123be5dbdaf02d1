package io.crij.oci.seccomp;

import io.crij.oci.runtime.OciException.InvalidSpec;
import io.crij.oci.spec.Seccomp;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compiles the specification's rules to a classic BPF program. Equal rules are compiled once. Thread-safe.
///
/// What the program does:
/// - The first rule in the order of the configuration that names a system call and whose arguments match decides;
///   then `defaultAction`. System calls that the kernel does not have are ignored.
/// - The machine's own architecture is always filtered; the others that it can run only when they are named. A call
///   by way of an architecture that is not ends the process.
/// - Where `defaultAction` is an error other than ENOSYS, calls with numbers above all that the profile names get
///   ENOSYS: the profile is older than they are, and libraries probe for them.
/// - `SECCOMP_FILTER_FLAG_TSYNC` is dropped: the process that loads the filter has one thread, and with a listener
///   the kernel refuses it.
public final class SeccompCompiler {
    private static final int MOST_REMEMBERED = 64;

    private final Machine machine;

    /// Guarded by itself; the one not used for longest goes first.
    private final Map<Seccomp, SeccompFilter> compiled = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Seccomp, SeccompFilter> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /// For the machine this JVM runs on.
    public SeccompCompiler() {
        this(Machine.host());
    }

    SeccompCompiler(Machine machine) {
        this.machine = machine;
    }

    /// @throws InvalidSpec for what the kernel could not do, such as a listener without a path
    public SeccompFilter compile(Seccomp seccomp) throws InvalidSpec {
        synchronized (compiled) {
            @Nullable SeccompFilter known = compiled.get(seccomp);
            if (known != null) {
                return known;
            }
        }
        // two threads may compile the same at the same time; that is harmless
        SeccompFilter filter = new FilterBuilder(machine, seccomp).build();
        synchronized (compiled) {
            compiled.put(seccomp, filter);
        }
        return filter;
    }
}
