package io.crij.server.metrics;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;

/// Metrics that are read when Prometheus asks.
abstract class Sampled extends Collector implements Collector.Describable {
    @Override
    public final List<MetricFamilySamples> collect() {
        var families = new ArrayList<MetricFamilySamples>();
        collect(families);
        return families;
    }

    abstract void collect(List<MetricFamilySamples> families);

    /// Nothing: names are checked when they are collected, and to collect at registration may be too early.
    @Override
    public final List<MetricFamilySamples> describe() {
        return List.of();
    }

    static void gauge(List<MetricFamilySamples> families, String name, String help, double value) {
        families.add(new GaugeMetricFamily(name, help, value));
    }

    /// @param name without `_total`, which the text format adds
    static void counter(List<MetricFamilySamples> families, String name, String help, double value) {
        families.add(new CounterMetricFamily(name, help, value));
    }
}
