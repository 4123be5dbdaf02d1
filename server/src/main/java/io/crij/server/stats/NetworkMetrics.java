package io.crij.server.stats;

import io.crij.linux.ErrnoException;
import io.crij.linux.InterfaceStats;
import io.crij.sandbox.PodRecord;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// The interfaces of a pod's network namespace.
final class NetworkMetrics {
    private static final List<Counter> COUNTERS = List.of(
            new Counter("receive_bytes", "Cumulative count of bytes received", InterfaceStats::receivedBytes),
            new Counter("receive_packets", "Cumulative count of packets received", InterfaceStats::receivedPackets),
            new Counter(
                    "receive_packets_dropped",
                    "Cumulative count of packets dropped while receiving",
                    InterfaceStats::receiveDrops),
            new Counter(
                    "receive_errors",
                    "Cumulative count of errors encountered while receiving",
                    InterfaceStats::receiveErrors),
            new Counter("transmit_bytes", "Cumulative count of bytes transmitted", InterfaceStats::sentBytes),
            new Counter("transmit_packets", "Cumulative count of packets transmitted", InterfaceStats::sentPackets),
            new Counter(
                    "transmit_packets_dropped",
                    "Cumulative count of packets dropped while transmitting",
                    InterfaceStats::sendDrops),
            new Counter(
                    "transmit_errors",
                    "Cumulative count of errors encountered while transmitting",
                    InterfaceStats::sendErrors));

    private record Counter(Family family, ToLongFunction<InterfaceStats> value) {
        Counter(String name, String help, ToLongFunction<InterfaceStats> value) {
            this(Family.counter("container_network_" + name + "_total", help + ".", "interface"), value);
        }
    }

    static Stream<Family> families() {
        return COUNTERS.stream().map(Counter::family);
    }

    void add(PodRecord pod, MetricSink sink) throws ErrnoException {
        for (var device : PodInterfaces.all(pod)) {
            for (var counter : COUNTERS) {
                sink.add(counter.family(), counter.value().applyAsLong(device), device.name());
            }
        }
    }
}
