package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.sandbox.ContainerRecord;
import java.util.List;

/// The metrics of one group, of a container that runs.
interface MetricSource {
    /// All that [#add] may give; never changes.
    List<Family> families();

    /// @throws ErrnoException the container has just ended
    void add(ContainerRecord container, CgroupFacts facts, MetricSink sink) throws ErrnoException;
}
