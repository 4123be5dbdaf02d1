package io.crij.monitor;

/// A running stream of events. Closing it ends the stream; the listener hears nothing afterwards but an event that is
/// being delivered right now.
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
