package io.crij.server.rpc;

import io.crij.cri.v1.RuntimeCondition;
import io.crij.cri.v1.RuntimeFeatures;
import io.crij.cri.v1.RuntimeHandler;
import io.crij.cri.v1.RuntimeHandlerFeatures;
import io.crij.cri.v1.RuntimeStatus;
import io.crij.cri.v1.StatusRequest;
import io.crij.cri.v1.StatusResponse;
import io.crij.monitor.MonitorClient;
import io.crij.monitor.MonitorException;
import io.crij.sandbox.Sandboxes;
import io.crij.server.config.Config;
import io.crij.server.config.ConfigReference;
import io.crij.server.handlers.FoundHandler;
import io.crij.server.handlers.FoundHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.TreeMap;

/// Whether pods can run here, and what the handlers can do.
final class Status {
    /// For so long what was found to be well counts as well: a monitor that hangs and a CNI plugin that is removed are
    /// noticed this much later, a monitor that has ended and another configuration at once. kubelet asks each five
    /// seconds, and takes the runtime for lost after thirty.
    private static final Duration LATELY = Duration.ofSeconds(10);

    private final Config config;
    private final Sandboxes sandboxes;
    private final MonitorClient monitor;
    private final StatusResponse features;
    private final StatusResponse allWell;

    Status(Config config, Sandboxes sandboxes, MonitorClient monitor, FoundHandlers handlers) {
        this.config = config;
        this.sandboxes = sandboxes;
        this.monitor = monitor;
        this.features = features(handlers);
        this.allWell = features.toBuilder()
                .setStatus(RuntimeStatus.newBuilder()
                        .addConditions(well("RuntimeReady"))
                        .addConditions(well("NetworkReady")))
                .build();
    }

    /// The answer that needs no question to others: all was well a moment ago. Waits for nothing.
    Optional<StatusResponse> known(StatusRequest request) {
        boolean well = !request.getVerbose() && monitor.heardWithin(LATELY) && sandboxes.networkUsableWithin(LATELY);
        return well ? Optional.of(allWell) : Optional.empty();
    }

    StatusResponse call(StatusRequest request) throws InterruptedException {
        var status = features.toBuilder()
                .setStatus(RuntimeStatus.newBuilder().addConditions(runtime()).addConditions(network()));
        if (request.getVerbose()) {
            status.putInfo("config", ConfigReference.inForce(config));
            status.putInfo("cniconfig", sandboxes.networkConfiguration());
        }
        return status.build();
    }

    /// What never changes.
    private static StatusResponse features(FoundHandlers handlers) {
        var answer = StatusResponse.newBuilder()
                .setFeatures(RuntimeFeatures.newBuilder()
                        .setSupplementalGroupsPolicy(true)
                        .setUserNamespacesHostNetwork(true)
                        .setMountOptions(true));
        // in order, so that the node's status does not flap; the empty name is the default handler
        var named = new TreeMap<String, FoundHandler>();
        handlers.all().stream().filter(FoundHandler::usable).forEach(handler -> named.put(handler.name(), handler));
        named.put("", handlers.find(""));
        named.forEach((name, handler) -> answer.addRuntimeHandlers(handler(name, handler)));
        return answer.build();
    }

    private static RuntimeCondition well(String type) {
        return RuntimeCondition.newBuilder().setType(type).setStatus(true).build();
    }

    private RuntimeCondition runtime() throws InterruptedException {
        var condition = RuntimeCondition.newBuilder().setType("RuntimeReady");
        try {
            if (!monitor.heardWithin(LATELY)) {
                monitor.hello();
            }
            return condition.setStatus(true).build();
        } catch (MonitorException e) {
            return condition
                    .setReason("MonitorUnavailable")
                    .setMessage(String.valueOf(e.getMessage()))
                    .build();
        }
    }

    private RuntimeCondition network() throws InterruptedException {
        var network = sandboxes.network();
        return RuntimeCondition.newBuilder()
                .setType("NetworkReady")
                .setStatus(network.ready())
                .setReason(network.reason())
                .setMessage(network.message())
                .build();
    }

    private static RuntimeHandler handler(String name, FoundHandler handler) {
        return RuntimeHandler.newBuilder()
                .setName(name)
                .setFeatures(RuntimeHandlerFeatures.newBuilder()
                        .setRecursiveReadOnlyMounts(handler.recursiveReadOnly())
                        .setUserNamespaces(handler.userNamespaces()))
                .build();
    }
}
