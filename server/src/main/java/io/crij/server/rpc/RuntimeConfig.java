package io.crij.server.rpc;

import io.crij.cri.v1.CgroupDriver;
import io.crij.cri.v1.LinuxRuntimeConfiguration;
import io.crij.cri.v1.RuntimeConfigRequest;
import io.crij.cri.v1.RuntimeConfigResponse;
import io.crij.server.config.Config;

/// The cgroup driver, which the kubelet follows.
final class RuntimeConfig {
    private final Config.CgroupDriver driver;

    RuntimeConfig(Config.CgroupDriver driver) {
        this.driver = driver;
    }

    RuntimeConfigResponse call(RuntimeConfigRequest request) {
        var name = switch (driver) {
            case CGROUPFS -> CgroupDriver.CGROUPFS;
            case SYSTEMD -> CgroupDriver.SYSTEMD;
            case AUTO -> throw new IllegalStateException("the cgroup driver is decided before this");
        };
        return RuntimeConfigResponse.newBuilder()
                .setLinux(LinuxRuntimeConfiguration.newBuilder().setCgroupDriver(name))
                .build();
    }
}
