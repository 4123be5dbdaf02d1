package io.crij.server.check;

import io.crij.linux.CgroupTree;
import io.crij.linux.ErrnoException;
import io.crij.linux.KernelFeatures;
import io.crij.server.config.Config;
import java.util.ArrayList;
import java.util.List;

/// Asks everything that decides whether this node can run pods. Changes nothing that stays.
public final class NodeCheck {
    private final Config config;

    public NodeCheck(Config config) {
        this.config = config;
    }

    /// All findings, in a fixed order.
    public List<Finding> run() throws ErrnoException, InterruptedException {
        var features = KernelFeatures.probe();
        var findings = new ArrayList<Finding>();
        findings.addAll(new KernelChecks(features).run());
        findings.addAll(new CgroupChecks(config).run(CgroupTree.detect()));
        findings.addAll(new StorageChecks(config.server(), features).run());
        findings.addAll(new NetworkChecks(config.network()).run());
        findings.addAll(new ServiceChecks(config).run());
        return findings;
    }
}
