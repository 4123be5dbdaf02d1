package io.crij.server.rpc;

import io.crij.cri.v1.VersionRequest;
import io.crij.cri.v1.VersionResponse;
import io.crij.server.Release;

/// Name and version of this runtime.
final class Version {
    VersionResponse call(VersionRequest request) {
        return VersionResponse.newBuilder()
                .setVersion("0.1.0")
                .setRuntimeName(Release.NAME)
                .setRuntimeVersion(Release.version())
                .setRuntimeApiVersion("v1")
                .build();
    }
}
