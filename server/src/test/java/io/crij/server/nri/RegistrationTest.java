package io.crij.server.nri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.server.config.Config;
import io.crij.server.nri.proto.ConfigureRequest;
import io.crij.server.nri.proto.ConfigureResponse;
import io.crij.server.nri.proto.Empty;
import io.crij.server.nri.proto.RegisterPluginRequest;
import io.crij.server.nri.proto.SynchronizeResponse;
import io.crij.ttrpc.TtrpcClient;
import io.crij.ttrpc.TtrpcException;
import io.crij.ttrpc.TtrpcServer;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// No pods or containers: what is told of them is asked of a whole node in the end-to-end tests.
@Timeout(60)
class RegistrationTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final Roster roster = new Roster();
    private SocketChannel far;
    private SocketChannel near;
    private Trunk trunk;

    @BeforeEach
    void connect() throws IOException {
        var path = folder.resolve("nri.sock");
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            far = SocketChannel.open(UnixDomainSocketAddress.of(path));
            near = listener.accept();
        }
        trunk = new Trunk(far);
    }

    @AfterEach
    void close() throws IOException {
        trunk.close();
        near.close();
    }

    private Optional<Plugin> register(Duration patience) {
        var usual = Config.DEFAULT.nri();
        var settings = new Config.Nri(
                true,
                usual.socket(),
                false,
                usual.pluginPath(),
                usual.pluginConfigPath(),
                patience,
                usual.pluginRequestTimeout());
        var metrics = new NriMetrics(new CollectorRegistry());
        var updates = new LimitUpdates(null, null);
        return new Registration(settings, roster, metrics, null, null, updates, roster::leave, near, Optional.empty())
                .run(null);
    }

    private TtrpcClient plugin(AtomicReference<ConfigureRequest> configured, int events) {
        var server =
                new TtrpcServer("plugin", trunk.plugin().in(), trunk.plugin().out(), (_, method, payload) -> {
                    try {
                        return switch (method) {
                            case "Configure" -> {
                                configured.set(ConfigureRequest.parseFrom(payload));
                                yield ConfigureResponse.newBuilder()
                                        .setEvents(events)
                                        .build()
                                        .toByteArray();
                            }
                            case "Synchronize" ->
                                SynchronizeResponse.getDefaultInstance().toByteArray();
                            default -> Empty.getDefaultInstance().toByteArray();
                        };
                    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                    }
                });
        Thread.ofVirtual().start(() -> {
            try {
                server.serve();
            } catch (IOException _) {
                // the test is over
            }
        });
        var client =
                new TtrpcClient("runtime", trunk.runtime().in(), trunk.runtime().out(), () -> {});
        trunk.start("plugin");
        return client;
    }

    private static void registerAs(TtrpcClient client, String index, String name)
            throws TtrpcException, InterruptedException {
        client.call(
                "nri.pkg.api.v1alpha1.Runtime",
                "RegisterPlugin",
                RegisterPluginRequest.newBuilder()
                        .setPluginIdx(index)
                        .setPluginName(name)
                        .build()
                        .toByteArray(),
                LONG);
    }

    @Test
    void pluginThatRegistersTakesPart() throws Exception {
        var configured = new AtomicReference<ConfigureRequest>();
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Optional<Plugin>> registration = tasks.submit(() -> register(LONG));
            registerAs(plugin(configured, 1), "07", "sample");
            var plugin = registration.get().orElseThrow();
            assertEquals("07-sample", plugin.id());
            assertTrue(plugin.wants(io.crij.server.nri.proto.Event.RUN_POD_SANDBOX));
            assertFalse(plugin.wants(io.crij.server.nri.proto.Event.STOP_POD_SANDBOX));
            assertEquals(2000, configured.get().getRequestTimeout());
            assertEquals(30_000, configured.get().getRegistrationTimeout());
            assertEquals(1, roster.plugins().size());
            trunk.close();
            while (roster.anybody()) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void pluginThatNeverRegistersIsGivenUp() throws Exception {
        assertTrue(register(Duration.ofMillis(100)).isEmpty());
        assertEquals(-1, far.read(java.nio.ByteBuffer.allocate(1)));
        assertFalse(roster.anybody());
    }

    @Test
    void pluginWithABadNameIsRefusedWithTheReason() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var registration = tasks.submit(() -> register(LONG));
            var client = plugin(new AtomicReference<>(), 0);
            var failure = org.junit.jupiter.api.Assertions.assertThrows(
                    TtrpcException.class, () -> registerAs(client, "1", "sample"));
            assertTrue(
                    failure instanceof TtrpcException.Closed
                            || failure.getMessage().contains("not two digits"),
                    failure.getMessage());
            assertTrue(registration.get().isEmpty());
        }
    }

    @Test
    void pluginThatWantsUnknownEventsIsRefused() throws Exception {
        try (var tasks = Executors.newVirtualThreadPerTaskExecutor()) {
            var registration = tasks.submit(() -> register(LONG));
            registerAs(plugin(new AtomicReference<>(), 1 << 20), "10", "curious");
            assertTrue(registration.get().isEmpty());
            assertFalse(roster.anybody());
        }
    }
}
