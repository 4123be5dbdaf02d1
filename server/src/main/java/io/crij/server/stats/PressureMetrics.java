package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// Time that tasks waited for a resource: some of them (waiting), all of them (stalled).
final class PressureMetrics implements MetricSource {
    private static final long MICROS = 1_000_000L;
    private static final List<Resource> RESOURCES =
            List.of(Resource.of("cpu", "CPU"), Resource.of("memory", "memory"), Resource.of("io", "IO"));

    private record Resource(String file, Family waiting, Family stalled) {
        static Resource of(String name, String words) {
            return new Resource(
                    name + ".pressure",
                    Family.counter(
                            "container_pressure_" + name + "_waiting_seconds_total",
                            "Total time duration tasks in the container have waited due to " + words + " congestion."),
                    Family.counter(
                            "container_pressure_" + name + "_stalled_seconds_total",
                            "Total time duration no tasks in the container could make progress due to " + words
                                    + " congestion."));
        }
    }

    @Override
    public List<Family> families() {
        return RESOURCES.stream()
                .flatMap(resource -> List.of(resource.waiting(), resource.stalled()).stream())
                .toList();
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        for (var resource : RESOURCES) {
            var pressure = facts.v2(resource.file()).pressure();
            if (pressure != null) {
                sink.add(resource.waiting(), pressure.some().totalMicros() / MICROS);
                sink.add(resource.stalled(), pressure.full().totalMicros() / MICROS);
            }
        }
    }
}
