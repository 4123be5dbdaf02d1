package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.Containers;
import io.crij.sandbox.Pods;
import java.time.Duration;
import java.util.HashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the CPU time of everything that runs, at a steady pace, and gives back what belongs to those that are gone. On
/// one virtual thread of its own: one small file is read per cgroup, and nothing is waited for.
final class Sampler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);

    private final Pods pods;
    private final Containers containers;
    private final OpenCgroups cgroups;
    private final CpuRates rates;
    private final ContainerUsage containerUsage;
    private final PodUsage podUsage;
    private final PodInterfaces interfaces;
    private final Duration interval;
    private final FileText text = new FileText();
    private final Thread thread = Thread.ofVirtual().name("usage-sampler").unstarted(this::work);

    Sampler(
            Pods pods,
            Containers containers,
            OpenCgroups cgroups,
            CpuRates rates,
            ContainerUsage containerUsage,
            PodUsage podUsage,
            PodInterfaces interfaces,
            Duration interval) {
        this.pods = pods;
        this.containers = containers;
        this.cgroups = cgroups;
        this.rates = rates;
        this.containerUsage = containerUsage;
        this.podUsage = podUsage;
        this.interfaces = interfaces;
        this.interval = interval;
    }

    void start() {
        thread.start();
    }

    private void work() {
        try {
            while (true) {
                try {
                    sample();
                } catch (RuntimeException e) {
                    LOG.error("cannot read what containers use; trying again", e);
                }
                Thread.sleep(interval);
            }
        } catch (InterruptedException _) {
            // closed
        }
    }

    void sample() {
        var census = new Census(pods.list(), containers.list());
        var present = new HashSet<String>();
        var readyPods = new HashSet<String>();
        for (var pod : pods.list()) {
            if (pod.ready()) {
                readyPods.add(pod.id());
                sample(podUsage.sampled(pod, census), present);
                census.in(pod).forEach(container -> sample(containerUsage.cgroup(container), present));
            }
        }
        cgroups.retain(present);
        rates.retain(present);
        interfaces.retain(readyPods);
    }

    private void sample(String cgroup, HashSet<String> present) {
        try {
            long cpu = cgroups.cpuNanos(cgroup, text);
            present.add(cgroup);
            if (cpu != FileText.NONE) {
                rates.sample(cgroup, System.nanoTime(), cpu);
            }
        } catch (ErrnoException e) {
            LOG.debug("no CPU time of {}: {}", cgroup, e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
