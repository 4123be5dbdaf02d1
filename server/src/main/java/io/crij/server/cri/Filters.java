package io.crij.server.cri;

import io.crij.cri.v1.ContainerFilter;
import io.crij.cri.v1.ContainerStatsFilter;
import io.crij.cri.v1.PodSandboxFilter;
import io.crij.cri.v1.PodSandboxStatsFilter;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.PodRecord;
import java.util.Map;

/// Filters of the lists: every part that is set must match; ids may be prefixes; an empty filter lets all through.
public final class Filters {
    private Filters() {}

    public static boolean matches(PodSandboxFilter filter, PodRecord pod) {
        return pod.id().startsWith(filter.getId())
                && (!filter.hasState() || filter.getState().getState() == PodAnswers.state(pod))
                && labels(filter.getLabelSelectorMap(), pod.config().labels());
    }

    public static boolean matches(PodSandboxStatsFilter filter, PodRecord pod) {
        return pod.id().startsWith(filter.getId())
                && labels(filter.getLabelSelectorMap(), pod.config().labels());
    }

    public static boolean matches(ContainerFilter filter, ContainerRecord container) {
        return container.id().startsWith(filter.getId())
                && container.podId().startsWith(filter.getPodSandboxId())
                && (!filter.hasState() || filter.getState().getState() == ContainerAnswers.state(container))
                && labels(filter.getLabelSelectorMap(), container.config().labels());
    }

    public static boolean matches(ContainerStatsFilter filter, ContainerRecord container) {
        return container.id().startsWith(filter.getId())
                && container.podId().startsWith(filter.getPodSandboxId())
                && labels(filter.getLabelSelectorMap(), container.config().labels());
    }

    private static boolean labels(Map<String, String> wanted, Map<String, String> present) {
        for (var label : wanted.entrySet()) {
            if (!label.getValue().equals(present.get(label.getKey()))) {
                return false;
            }
        }
        return true;
    }
}
