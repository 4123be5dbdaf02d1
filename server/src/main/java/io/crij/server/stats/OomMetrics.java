package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// Processes that the kernel killed for want of memory.
final class OomMetrics implements MetricSource {
    private static final Keys KILLS = new Keys("oom_kill");
    private static final Family EVENTS =
            Family.counter("container_oom_events_total", "Count of out of memory events observed for the container.");

    @Override
    public List<Family> families() {
        return List.of(EVENTS);
    }

    @Override
    public void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException {
        var kills = facts.v2() ? facts.v2("memory.events", KILLS) : facts.v1("memory", "memory.oom_control", KILLS);
        sink.add(EVENTS, kills[0]);
    }
}
