package io.crij.server.monitor;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the monitor out of the systemd unit that started it by way of this process: systemd may end all that is in a
/// unit's cgroup together with the unit.
final class MonitorCgroup {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorCgroup.class);
    private static final String CGROUP = "/crij-monitor";

    private MonitorCgroup() {}

    static void leaveUnit(int pid) {
        try {
            var tree = CgroupTree.detect();
            // these two are where systemd keeps track of units
            for (var hierarchy : Stream.of(tree.unified(), tree.with("name=systemd"))
                    .flatMap(java.util.Optional::stream)
                    .toList()) {
                move(pid, hierarchy);
            }
        } catch (ErrnoException e) {
            LOG.warn("conmon-j stays in the cgroup of crij, so that systemd may end both together: {}", e.getMessage());
        }
    }

    private static void move(int pid, CgroupHierarchy hierarchy) throws ErrnoException {
        var own = hierarchy.ownPath();
        if (!own.endsWith(".service") && !own.endsWith(".scope")) {
            return;
        }
        try (var folder = CgroupFolder.create(hierarchy.folder(CGROUP))) {
            folder.write("cgroup.procs", Integer.toString(pid));
        }
    }
}
