package io.crij.server.stats;

import io.crij.linux.DefaultRoute;
import io.crij.linux.ErrnoException;
import io.crij.linux.InterfaceStats;
import io.crij.sandbox.PodNetwork;
import io.crij.sandbox.PodRecord;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// The network interfaces of pods, seen from outside through their pause processes: no namespace is entered. The files
/// are not held open, for that would keep the namespace of a stopped pod alive. Thread-safe.
final class PodInterfaces {
    private static final long FRESH = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentHashMap<String, Main> mainByPod = new ConcurrentHashMap<>();

    private record Main(String device, long readAt) {}

    /// @param main name of the one with the default route
    /// @param all without the loopback
    record Interfaces(String main, List<InterfaceStats> all) {}

    /// Empty on the host's network and for a pod that has no process.
    Optional<Interfaces> of(PodRecord pod) throws ErrnoException {
        var all = all(pod);
        var pid = pod.pausePid();
        return !all.isEmpty() && pid.isPresent() && pod.network() instanceof PodNetwork.Attached attached
                ? Optional.of(new Interfaces(main(pod.id(), pid.getAsInt(), attached, all), all))
                : Optional.empty();
    }

    /// All but the loopback; none on the host's network and for a pod that has no process.
    static List<InterfaceStats> all(PodRecord pod) throws ErrnoException {
        var pid = pod.pausePid();
        if (pid.isEmpty() || !(pod.network() instanceof PodNetwork.Attached)) {
            return List.of();
        }
        var all = InterfaceStats.of(pid.getAsInt());
        all.removeIf(device -> device.name().equals("lo"));
        return all;
    }

    private String main(String pod, int pid, PodNetwork.Attached attached, List<InterfaceStats> all)
            throws ErrnoException {
        var known = mainByPod.get(pod);
        long now = System.nanoTime();
        boolean present =
                known != null && all.stream().anyMatch(device -> device.name().equals(known.device()));
        if (known != null && present && now - known.readAt() < FRESH) {
            return known.device();
        }
        var found = DefaultRoute.of(pid).orElse(attached.interfaceName());
        mainByPod.put(pod, new Main(found, now));
        return found;
    }

    /// Forgets all pods but these.
    void retain(Collection<String> pods) {
        mainByPod.keySet().retainAll(pods);
    }
}
