package io.crij.oci.seccomp;

import io.crij.oci.json.RecordReader;
import io.crij.oci.spec.Seccomp;
import io.crij.oci.spec.Seccomp.Action;
import io.crij.oci.spec.Seccomp.Arch;
import io.crij.oci.spec.Seccomp.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The filter that a container gets when its profile is `RuntimeDefault`: the common profile of container engines
/// (about 370 system calls are allowed, some with a capability only, the rest does not exist for the container),
/// without new namespaces for those that do not have CAP_SYS_ADMIN. Thread-safe.
public final class DefaultProfile {
    private final Machine machine;
    private final Profile profile;

    /// `default-seccomp.json`.
    private record Profile(Action defaultAction, int defaultErrnoRet, List<Conditional> rules) {}

    /// @param machines on which it counts; absent: all
    /// @param with capabilities that the container must have, all of them
    /// @param without capabilities that the container must not have, none of them
    private record Conditional(
            Rule rule,
            @Nullable List<String> machines,
            @Nullable List<String> with,
            @Nullable List<String> without) {
        boolean counts(String machine, Set<String> capabilities) {
            return (machines == null || machines.contains(machine))
                    && (with == null || capabilities.containsAll(with))
                    && (without == null || Collections.disjoint(capabilities, without));
        }
    }

    public DefaultProfile() {
        this(Machine.host());
    }

    DefaultProfile(Machine machine) {
        this.machine = machine;
        this.profile = read();
    }

    /// The profile for a container with these capabilities in its bounding set, on this machine.
    ///
    /// @param names such as `CAP_SYS_ADMIN`
    public Seccomp forCapabilities(Set<String> names) {
        String host = machine.name().toLowerCase(Locale.ROOT);
        List<Rule> rules = profile.rules().stream()
                .filter(conditional -> conditional.counts(host, names))
                .map(Conditional::rule)
                .toList();
        var architectures = new ArrayList<Arch>();
        architectures.add(machine.arch());
        machine.compatible().forEach(compatible -> architectures.add(compatible.arch()));
        return new Seccomp(
                profile.defaultAction(), profile.defaultErrnoRet(), architectures, List.of(), null, null, rules);
    }

    private static Profile read() {
        try (@Nullable InputStream in = DefaultProfile.class.getResourceAsStream("default-seccomp.json")) {
            if (in == null) {
                throw new IllegalStateException("this program's own file default-seccomp.json is missing");
            }
            return RecordReader.read(Profile.class, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
