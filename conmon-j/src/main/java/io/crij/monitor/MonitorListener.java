package io.crij.monitor;

/// Receives the events of a subscription, one after the other on the subscription's own thread. A listener that is
/// slow ends its stream with [MonitorException.Code#OVERFLOWED].
public interface MonitorListener {
    void on(MonitorEvent event);

    /// The last call: the stream ended without being closed by the subscriber. A listener that wants to go on
    /// subscribes anew and is told the current state.
    void onEnd(MonitorException why);
}
