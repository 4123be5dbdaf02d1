package io.crij.server.call;

/// What one RPC does. Blocks until done; an interrupt of the thread means that the client has gone.
@FunctionalInterface
public interface Verb<Q, A> {
    A call(Q request) throws Exception;
}
