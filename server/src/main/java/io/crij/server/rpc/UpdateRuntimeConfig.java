package io.crij.server.rpc;

import io.crij.cri.v1.UpdateRuntimeConfigRequest;
import io.crij.cri.v1.UpdateRuntimeConfigResponse;
import io.crij.sandbox.SandboxException;
import io.crij.sandbox.Sandboxes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the pod CIDR, for CNI plugins that want it as `ipRanges`; the others are configured by their own installer.
final class UpdateRuntimeConfig {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateRuntimeConfig.class);

    private final Sandboxes sandboxes;

    UpdateRuntimeConfig(Sandboxes sandboxes) {
        this.sandboxes = sandboxes;
    }

    UpdateRuntimeConfigResponse call(UpdateRuntimeConfigRequest request) throws SandboxException {
        var cidr = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
        if (!cidr.isEmpty()) {
            sandboxes.podCidr(cidr);
            LOG.info("the kubelet says that the pod CIDR of this node is {}", cidr);
        }
        return UpdateRuntimeConfigResponse.getDefaultInstance();
    }
}
