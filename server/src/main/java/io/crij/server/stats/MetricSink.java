package io.crij.server.stats;

import io.crij.cri.v1.Metric;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.PodRecord;
import java.util.ArrayList;
import java.util.List;

/// Collects the metrics of one container, or of a pod as a whole.
final class MetricSink {
    private final List<String> base;
    private final List<Metric> metrics = new ArrayList<>();

    private MetricSink(List<String> base) {
        this.base = base;
    }

    static MetricSink of(PodRecord pod, ContainerRecord container) {
        return new MetricSink(List.of(
                container.id(),
                container.config().image(),
                pod.config().metadata().namespace(),
                pod.config().metadata().name(),
                container.config().metadata().name()));
    }

    /// Named as cAdvisor names what belongs to the pod alone.
    static MetricSink of(PodRecord pod) {
        return new MetricSink(List.of(
                pod.id(),
                "",
                pod.config().metadata().namespace(),
                pod.config().metadata().name(),
                "POD"));
    }

    /// A value that was read just now; [FileText#NONE] is left out.
    void add(Family family, long value, String... labels) {
        add(family, 0, value, labels);
    }

    /// @param at nanoseconds since 1970, 0 for now
    void add(Family family, long at, long value, String[] labels) {
        if (value == FileText.NONE) {
            return;
        }
        if (labels.length != family.labels().size()) {
            throw new IllegalArgumentException(family.name() + " has the labels " + family.labels());
        }
        metrics.add(Metric.newBuilder()
                .setName(family.name())
                .setTimestamp(at)
                .setMetricType(family.type())
                .addAllLabelValues(base)
                .addAllLabelValues(List.of(labels))
                .setValue(UsageMessages.value(value))
                .build());
    }

    List<Metric> metrics() {
        return metrics;
    }
}
