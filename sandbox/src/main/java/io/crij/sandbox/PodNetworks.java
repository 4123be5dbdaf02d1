package io.crij.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.crij.sandbox.cni.CniException;
import io.crij.sandbox.cni.CniNetworks;
import io.crij.sandbox.cni.CniRequest;
import io.crij.sandbox.cni.CniResult;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Attaches pods to the network and gives it back.
final class PodNetworks {
    private static final String INTERFACE = "eth0";
    private static final String INGRESS = "kubernetes.io/ingress-bandwidth";
    private static final String EGRESS = "kubernetes.io/egress-bandwidth";
    private static final Map<String, BigDecimal> SUFFIXES = Map.of(
            "k", BigDecimal.valueOf(1_000L),
            "M", BigDecimal.valueOf(1_000_000L),
            "G", BigDecimal.valueOf(1_000_000_000L),
            "T", BigDecimal.valueOf(1_000_000_000_000L),
            "Ki", BigDecimal.valueOf(1L << 10),
            "Mi", BigDecimal.valueOf(1L << 20),
            "Gi", BigDecimal.valueOf(1L << 30),
            "Ti", BigDecimal.valueOf(1L << 40),
            "", BigDecimal.ONE);

    private final CniNetworks networks;
    private final PodNamespaces namespaces;
    private final Reclaimer reclaimer;
    private final PodCidr podCidr;
    private final SandboxEvents events;

    PodNetworks(
            CniNetworks networks,
            PodNamespaces namespaces,
            PodCidr podCidr,
            Reclaimer reclaimer,
            SandboxEvents events) {
        this.podCidr = podCidr;
        this.networks = networks;
        this.events = events;
        this.namespaces = namespaces;
        this.reclaimer = reclaimer;
    }

    NetworkCondition condition() throws InterruptedException {
        try {
            networks.status();
            return new NetworkCondition(true, "", "");
        } catch (CniException e) {
            return new NetworkCondition(false, "NetworkPluginNotReady", String.valueOf(e.getMessage()));
        }
    }

    PodNetwork attach(PodRecord pod, Path namespace) throws SandboxException, InterruptedException {
        var request = new CniRequest(pod.id(), namespace, INTERFACE, arguments(pod), capabilities(pod));
        long begin = System.nanoTime();
        boolean worked = false;
        try {
            CniResult result = networks.add(request);
            worked = true;
            return new PodNetwork.Attached(
                    namespace, INTERFACE, result.addresses(), result.json().toString());
        } catch (CniException e) {
            throw new SandboxException.NetworkFailed(
                    "network of pod " + pod.id() + " ("
                            + pod.config().metadata().namespace() + "/"
                            + pod.config().metadata().name() + "): " + e.getMessage(),
                    e);
        } catch (IOException e) {
            throw new SandboxException.NetworkFailed(
                    "network of pod " + pod.id() + ": its record could not be written: " + e.getMessage(), e);
        } finally {
            tell(SandboxEvent.NetworkOperated.Operation.ADD, begin, worked);
        }
    }

    /// Gives the network and its namespace back; what does not work now goes on in the background.
    void release(String id) {
        reclaimer.now("give back the network of pod " + id, () -> detach(id));
    }

    void releaseInBackground(String id) {
        reclaimer.background("give back the network of pod " + id, () -> detach(id));
    }

    private void detach(String id) throws CniException, IOException, InterruptedException {
        long begin = System.nanoTime();
        boolean worked = false;
        try {
            networks.delete(id);
            worked = true;
        } finally {
            tell(SandboxEvent.NetworkOperated.Operation.DEL, begin, worked);
        }
        namespaces.unpinNetwork(id);
    }

    private void tell(SandboxEvent.NetworkOperated.Operation operation, long begin, boolean worked) {
        events.tell(new SandboxEvent.NetworkOperated(operation, Duration.ofNanos(System.nanoTime() - begin), worked));
    }

    private static Map<String, String> arguments(PodRecord pod) {
        var metadata = pod.config().metadata();
        var arguments = new LinkedHashMap<String, String>();
        arguments.put("IgnoreUnknown", "1");
        arguments.put("K8S_POD_NAMESPACE", metadata.namespace());
        arguments.put("K8S_POD_NAME", metadata.name());
        arguments.put("K8S_POD_INFRA_CONTAINER_ID", pod.id());
        arguments.put("K8S_POD_UID", metadata.uid());
        return arguments;
    }

    private Map<String, JsonNode> capabilities(PodRecord pod) throws SandboxException.Invalid {
        var json = JsonNodeFactory.instance;
        var config = pod.config();
        var capabilities = new LinkedHashMap<String, JsonNode>();
        var ports = json.arrayNode();
        for (var mapping : config.portMappings()) {
            if (mapping.hostPort() > 0) {
                ports.addObject()
                        .put("hostPort", mapping.hostPort())
                        .put("containerPort", mapping.containerPort())
                        .put("protocol", mapping.protocol().name().toLowerCase(java.util.Locale.ROOT))
                        .put("hostIP", mapping.hostIp());
            }
        }
        if (!ports.isEmpty()) {
            capabilities.put("portMappings", ports);
        }
        bandwidth(config).ifPresent(limits -> capabilities.put("bandwidth", limits));
        if (!config.dns().isEmpty()) {
            var dns = json.objectNode();
            config.dns().servers().forEach(dns.putArray("servers")::add);
            config.dns().searches().forEach(dns.putArray("searches")::add);
            config.dns().options().forEach(dns.putArray("options")::add);
            capabilities.put("dns", dns);
        }
        // for plugins with the capability; the others do not get it
        if (!podCidr.ranges().isEmpty()) {
            var ranges = json.arrayNode();
            podCidr.ranges().forEach(range -> ranges.addArray().addObject().put("subnet", range));
            capabilities.put("ipRanges", ranges);
        }
        var annotations = json.objectNode();
        config.annotations().forEach(annotations::put);
        capabilities.put("io.kubernetes.cri.pod-annotations", annotations);
        capabilities.put("cgroupPath", json.textNode(pod.cgroupParent()));
        return capabilities;
    }

    private static Optional<JsonNode> bandwidth(PodConfig config) throws SandboxException.Invalid {
        var limits = JsonNodeFactory.instance.objectNode();
        if (config.annotations().containsKey(INGRESS)) {
            limits.put("ingressRate", bitsPerSecond(config, INGRESS)).put("ingressBurst", Integer.MAX_VALUE);
        }
        if (config.annotations().containsKey(EGRESS)) {
            limits.put("egressRate", bitsPerSecond(config, EGRESS)).put("egressBurst", Integer.MAX_VALUE);
        }
        return limits.isEmpty() ? Optional.empty() : Optional.of(limits);
    }

    /// Reads a Kubernetes quantity such as `10M`.
    private static long bitsPerSecond(PodConfig config, String annotation) throws SandboxException.Invalid {
        String value = config.annotations().getOrDefault(annotation, "");
        String suffix = value.replaceFirst("^[0-9.]*", "");
        try {
            var factor = SUFFIXES.get(suffix);
            if (factor != null) {
                long bits = new BigDecimal(value.substring(0, value.length() - suffix.length()))
                        .multiply(factor)
                        .longValue();
                // the limits Kubernetes itself sets: 1k to 1P
                if (bits >= 1_000 && bits <= 1_000_000_000_000_000L) {
                    return bits;
                }
            }
        } catch (NumberFormatException _) {
            // as below
        }
        throw new SandboxException.Invalid(
                "annotations[" + annotation + "]", value, "must be bits per second from 1k to 1P, such as 10M");
    }
}
