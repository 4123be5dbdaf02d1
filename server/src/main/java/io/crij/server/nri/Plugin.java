package io.crij.server.nri;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.crij.sandbox.SandboxException;
import io.crij.server.nri.proto.Event;
import io.crij.ttrpc.StatusCode;
import io.crij.ttrpc.TtrpcClient;
import io.crij.ttrpc.TtrpcException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A plugin and the connection to it. Its calls come one after the other, in the order of arrival, as plugins have
/// always had it; the first waits until the plugin has taken in what was there before. A plugin that does not answer in
/// time, or whose connection ends, is dropped: whatever is asked of it then counts as not answered.
final class Plugin implements Comparable<Plugin>, AutoCloseable {
    static final String SERVICE = "nri.pkg.api.v1alpha1.Plugin";
    private static final Logger LOG = LoggerFactory.getLogger(Plugin.class);

    private final String index;
    private final String name;
    private final TtrpcClient client;
    private final Duration requestTimeout;
    private final NriMetrics metrics;
    private final Consumer<Plugin> onDrop;
    /// Fair: calls keep their order.
    private final ReentrantLock turn = new ReentrantLock(true);

    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile int events;
    private volatile boolean closed;
    /// It knows the one call for all events only that older versions of the protocol had.
    private volatile boolean old;

    Plugin(
            String index,
            String name,
            TtrpcClient client,
            Duration requestTimeout,
            NriMetrics metrics,
            Consumer<Plugin> onDrop) {
        this.index = index;
        this.name = name;
        this.client = client;
        this.requestTimeout = requestTimeout;
        this.metrics = metrics;
        this.onDrop = onDrop;
    }

    /// Index and name, as `10-limits`.
    String id() {
        return index + "-" + name;
    }

    String index() {
        return index;
    }

    String name() {
        return name;
    }

    /// @param mask bit n - 1 is event n; none is all
    void subscribe(int mask) {
        events = mask == 0 ? -1 : mask;
    }

    boolean wants(Event event) {
        return (events & 1 << event.getNumber() - 1) != 0;
    }

    boolean closed() {
        return closed;
    }

    /// Calls may come from now on.
    void ready() {
        ready.countDown();
    }

    boolean old() {
        return old;
    }

    void isOld() {
        old = true;
    }

    /// One call about an event.
    ///
    /// @param what for messages, such as `container 1234`
    /// @return empty when the plugin does not know the call or is dropped
    /// @throws SandboxException.Refused the plugin answered with an error
    <R> Optional<R> ask(String method, MessageLite request, Parser<R> parser, String what)
            throws SandboxException.Refused, InterruptedException {
        try {
            return Optional.of(call(method, request, parser));
        } catch (TtrpcException.Refused e) {
            if (e.code() == StatusCode.UNIMPLEMENTED) {
                return Optional.empty();
            }
            throw new SandboxException.Refused(
                    "NRI plugin " + id() + " refused " + method + " of " + what + ": " + e.getMessage());
        } catch (TtrpcException.TooLarge e) {
            throw new SandboxException.Refused(
                    "NRI plugin " + id() + " cannot be asked about " + what + ": " + e.getMessage());
        } catch (TtrpcException e) {
            // dropped
            return Optional.empty();
        }
    }

    /// @throws TtrpcException after which, unless it is an answer with an error, the plugin is dropped
    <R> R call(String method, MessageLite request, Parser<R> parser) throws TtrpcException, InterruptedException {
        ready.await();
        turn.lockInterruptibly();
        try {
            return unordered(method, request, parser, requestTimeout);
        } finally {
            turn.unlock();
        }
    }

    /// As [#call], without waiting for a turn: for the time before the plugin is ready.
    <R> R unordered(String method, MessageLite request, Parser<R> parser, Duration timeout)
            throws TtrpcException, InterruptedException {
        long start = System.nanoTime();
        var outcome = NriMetrics.Outcome.DROPPED;
        try {
            R answer = parser.parseFrom(client.call(SERVICE, method, request.toByteArray(), timeout));
            outcome = NriMetrics.Outcome.SUCCESS;
            return answer;
        } catch (InvalidProtocolBufferException e) {
            drop(method + " was answered with something that is no message");
            throw new TtrpcException.Closed("the answer to " + method + " is no message", e);
        } catch (TtrpcException.Refused e) {
            if (e.code() == StatusCode.DEADLINE_EXCEEDED) {
                drop(method + " took it too long: " + e.getMessage());
                throw new TtrpcException.TimedOut(method, timeout);
            }
            outcome = NriMetrics.Outcome.REFUSED;
            throw e;
        } catch (TtrpcException.TimedOut | TtrpcException.Closed e) {
            drop(String.valueOf(e.getMessage()));
            throw e;
        } catch (TtrpcException.TooLarge e) {
            outcome = NriMetrics.Outcome.REFUSED;
            throw e;
        } finally {
            metrics.called(method, outcome, Duration.ofNanos(System.nanoTime() - start));
        }
    }

    /// Ends the connection for a reason, which is logged unless the plugin had gone before.
    void drop(String reason) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        LOG.warn("NRI plugin {} is dropped: {}; pods and containers go on without it", id(), reason);
        metrics.dropped();
        end();
    }

    /// The connection has ended by itself.
    void gone() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        LOG.info("NRI plugin {} has gone", id());
        end();
    }

    private void end() {
        client.close();
        ready.countDown();
        onDrop.accept(this);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        end();
    }

    @Override
    public int compareTo(Plugin other) {
        int order = index.compareTo(other.index);
        return order != 0 ? order : name.compareTo(other.name);
    }
}
