package io.crij.server.metrics;

import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.ContainerStatus;
import io.crij.sandbox.Containers;
import io.crij.sandbox.PodRecord;
import io.crij.sandbox.Pods;
import io.crij.server.events.ContainerEvents;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/// How many pods and containers there are in each state, and who follows their events.
final class NodeMetrics extends Sampled {
    private static final List<String> POD_STATES = List.of("ready", "notready");
    private static final List<String> CONTAINER_STATES = List.of("created", "running", "exited", "unknown");

    private final Pods pods;
    private final Containers containers;
    private final ContainerEvents events;

    NodeMetrics(Pods pods, Containers containers, ContainerEvents events) {
        this.pods = pods;
        this.containers = containers;
        this.events = events;
    }

    @Override
    void collect(List<MetricFamilySamples> families) {
        families.add(byState("crij_pods", "Pods by state.", POD_STATES, pods.list(), NodeMetrics::state));
        families.add(byState(
                "crij_containers", "Containers by state.", CONTAINER_STATES, containers.list(), NodeMetrics::state));
        gauge(families, "crij_event_subscribers", "Clients of GetContainerEvents.", events.subscribers());
        counter(
                families,
                "crij_event_overflows",
                "Clients of GetContainerEvents that were cut off since they did not keep up.",
                events.overflows());
    }

    /// All states are there, also those that nothing is in: a series that comes and goes is hard to alert on.
    private static <T> GaugeMetricFamily byState(
            String name, String help, List<String> states, List<T> all, Function<T, String> state) {
        var counts = new TreeMap<String, Integer>();
        states.forEach(one -> counts.put(one, 0));
        all.forEach(one -> counts.merge(state.apply(one), 1, Integer::sum));
        var family = new GaugeMetricFamily(name, help, List.of("state"));
        counts.forEach((one, count) -> family.addMetric(List.of(one), count));
        return family;
    }

    private static String state(PodRecord pod) {
        return pod.ready() ? "ready" : "notready";
    }

    private static String state(ContainerRecord container) {
        return switch (container.status()) {
            case ContainerStatus.Creating _, ContainerStatus.Created _ -> "created";
            case ContainerStatus.Running _ -> "running";
            case ContainerStatus.Exited _ -> "exited";
            case ContainerStatus.Unknown _ -> "unknown";
        };
    }
}
