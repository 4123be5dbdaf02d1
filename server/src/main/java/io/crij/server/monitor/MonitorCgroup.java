package io.crij.server.monitor;

import io.crij.linux.CgroupFolder;
import io.crij.linux.CgroupHierarchy;
import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.dbus.Property;
import io.crij.linux.dbus.Value;
import io.crij.linux.systemd.Systemd;
import io.crij.linux.systemd.SystemdException;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the monitor out of the systemd unit, or the session, that started it by way of this process: systemd may end
/// all that is in a
/// unit's cgroup together with the unit.
final class MonitorCgroup {
    private static final Logger LOG = LoggerFactory.getLogger(MonitorCgroup.class);
    private static final long UNLIMITED = -1;
    private static final String CGROUP = "/crij-monitor";

    private MonitorCgroup() {}

    static void leaveUnit(int pid) throws InterruptedException {
        try {
            var tree = CgroupTree.detect();
            if (Systemd.booted() && tree.mode() == CgroupTree.Mode.V2) {
                scope(pid);
                return;
            }
            // these two are where systemd keeps track of units
            for (var hierarchy : Stream.of(tree.unified(), tree.with("name=systemd"))
                    .flatMap(java.util.Optional::stream)
                    .toList()) {
                move(pid, hierarchy);
            }
        } catch (ErrnoException | SystemdException e) {
            LOG.warn("conmon-j stays in the cgroup of crij, so that systemd may end both together: {}", e.getMessage());
        }
    }

    /// A unit of its own, as conmon-j.service would be.
    private static void scope(int pid) throws SystemdException, InterruptedException {
        try (var systemd = new Systemd()) {
            systemd.start(
                    "crij-monitor-" + pid + ".scope",
                    List.of(
                            Property.text("Description", "cri-j container monitor, started by crij"),
                            Property.text("Slice", "system.slice"),
                            new Property("PIDs", new Value.Numbers(List.of(pid))),
                            Property.flag("Delegate", true),
                            Property.text("CollectMode", "inactive-or-failed"),
                            Property.number("TasksMax", UNLIMITED)));
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
