package io.crij.server.stats;

import io.crij.cri.v1.MetricDescriptor;
import io.crij.cri.v1.MetricType;
import java.util.List;

/// One metric with all its label values.
///
/// @param labels those it has beside [#BASE], in the order of their values
record Family(String name, String help, MetricType type, List<String> labels) {
    /// Labels of all families, in the order of their values.
    static final List<String> BASE = List.of("id", "image", "namespace", "pod", "container");

    static Family counter(String name, String help, String... labels) {
        return new Family(name, help, MetricType.COUNTER, List.of(labels));
    }

    static Family gauge(String name, String help, String... labels) {
        return new Family(name, help, MetricType.GAUGE, List.of(labels));
    }

    MetricDescriptor descriptor() {
        return MetricDescriptor.newBuilder()
                .setName(name)
                .setHelp(help)
                .addAllLabelKeys(BASE)
                .addAllLabelKeys(labels)
                .build();
    }
}
