package io.crij.server.rpc;

import io.crij.cri.v1.UpdateRuntimeConfigRequest;
import io.crij.cri.v1.UpdateRuntimeConfigResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes note of the pod CIDR. The network itself is configured by the CNI plugins' own installer.
final class UpdateRuntimeConfig {
    private static final Logger LOG = LoggerFactory.getLogger(UpdateRuntimeConfig.class);

    UpdateRuntimeConfigResponse call(UpdateRuntimeConfigRequest request) {
        var cidr = request.getRuntimeConfig().getNetworkConfig().getPodCidr();
        if (!cidr.isEmpty()) {
            LOG.info("the kubelet says that the pod CIDR of this node is {}", cidr);
        }
        return UpdateRuntimeConfigResponse.getDefaultInstance();
    }
}
