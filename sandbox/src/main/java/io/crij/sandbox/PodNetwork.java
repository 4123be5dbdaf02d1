package io.crij.sandbox;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.nio.file.Path;
import java.util.List;

/// The network of a pod.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PodNetwork.Host.class, name = "Host"),
    @JsonSubTypes.Type(value = PodNetwork.Pending.class, name = "Pending"),
    @JsonSubTypes.Type(value = PodNetwork.Attached.class, name = "Attached"),
    @JsonSubTypes.Type(value = PodNetwork.Released.class, name = "Released")
})
public sealed interface PodNetwork {
    /// The host's; status reports no addresses.
    record Host() implements PodNetwork {}

    /// Namespace there or not yet there, no addresses yet.
    record Pending(Path namespace) implements PodNetwork {}

    /// @param interfaceName the pod's main interface, such as `eth0`
    /// @param addresses without prefix length, the primary one first
    /// @param result the CNI result, JSON
    record Attached(Path namespace, String interfaceName, List<String> addresses, String result)
            implements PodNetwork {}

    /// Given back, or on its way to be: CNI DEL goes on in the background until it works.
    record Released() implements PodNetwork {}

    /// Addresses of the pod, the primary one first; empty on the host's network.
    default List<String> ips() {
        return this instanceof Attached attached ? attached.addresses() : List.of();
    }
}
