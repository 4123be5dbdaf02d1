package io.crij.server.nri;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.ContainerRecord;
import io.crij.sandbox.Containers;
import io.crij.sandbox.Pods;
import io.crij.server.Release;
import io.crij.server.config.Config;
import io.crij.server.nri.proto.ConfigureRequest;
import io.crij.server.nri.proto.ConfigureResponse;
import io.crij.server.nri.proto.Container;
import io.crij.server.nri.proto.Empty;
import io.crij.server.nri.proto.Event;
import io.crij.server.nri.proto.RegisterPluginRequest;
import io.crij.server.nri.proto.SynchronizeRequest;
import io.crij.server.nri.proto.SynchronizeResponse;
import io.crij.server.nri.proto.UpdateContainersRequest;
import io.crij.server.nri.proto.UpdateContainersResponse;
import io.crij.ttrpc.StatusCode;
import io.crij.ttrpc.TtrpcClient;
import io.crij.ttrpc.TtrpcException;
import io.crij.ttrpc.TtrpcServer;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The beginning of a plugin's life: it registers, is configured, is told what is there, and hears of everything from
/// then on. What it asks for later on its own is answered here too.
final class Registration {
    private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
    private static final String SERVICE = "nri.pkg.api.v1alpha1.Runtime";
    /// The version of the protocol that we speak.
    private static final String VERSION = "v0.12.2";
    /// Of a part of the synchronisation: leaves room for what is around the message in a frame.
    private static final int LARGEST_PART = (4 << 20) - (64 << 10);
    private static final int LAST_EVENT = Event.LAST.getNumber() - 1;

    private final Config.Nri settings;
    private final Roster roster;
    private final NriMetrics metrics;
    private final Pods pods;
    private final PluginCalls calls;
    private final LimitUpdates updates;
    private final Consumer<Plugin> onDrop;
    private final Trunk trunk;
    private final Optional<PluginPrograms.Program> program;
    private final CompletableFuture<RegisterPluginRequest> registered = new CompletableFuture<>();
    private volatile @Nullable Plugin plugin;

    /// @param program the one that was started here; it has its name from its file
    Registration(
            Config.Nri settings,
            Roster roster,
            NriMetrics metrics,
            Pods pods,
            PluginCalls calls,
            LimitUpdates updates,
            Consumer<Plugin> onDrop,
            SocketChannel connection,
            Optional<PluginPrograms.Program> program) {
        this.settings = settings;
        this.roster = roster;
        this.metrics = metrics;
        this.pods = pods;
        this.calls = calls;
        this.updates = updates;
        this.onDrop = onDrop;
        this.trunk = new Trunk(connection);
        this.program = program;
    }

    /// @return the plugin, ready; empty when it was given up, which is said in the log
    Optional<Plugin> run(Containers containers) {
        var what = program.map(PluginPrograms.Program::id).orElse("a plugin");
        boolean takesPart = false;
        try {
            var client = new TtrpcClient(
                    "nri-client", trunk.plugin().in(), trunk.plugin().out(), this::connectionEnded);
            var server = new TtrpcServer(
                    "nri-server", trunk.runtime().in(), trunk.runtime().out(), this::handle);
            Thread.ofVirtual().name("nri-server").start(() -> serve(server));
            trunk.start("nri-trunk");
            var request = registered.get(settings.pluginRegistrationTimeout().toMillis(), TimeUnit.MILLISECONDS);
            var made = new Plugin(
                    program.map(PluginPrograms.Program::index).orElse(request.getPluginIdx()),
                    program.map(PluginPrograms.Program::name).orElse(request.getPluginName()),
                    client,
                    settings.pluginRequestTimeout(),
                    metrics,
                    onDrop);
            what = made.id();
            plugin = made;
            configure(made);
            synchronise(made, containers);
            takesPart = true;
            LOG.info("NRI plugin {} takes part (its protocol: {})", made.id(), orUnknown(request.getNRIVersion()));
            return Optional.of(made);
        } catch (TimeoutException e) {
            LOG.warn(
                    "{} on the NRI socket did not register within {} ms",
                    what,
                    settings.pluginRegistrationTimeout().toMillis());
        } catch (ExecutionException e) {
            LOG.warn(
                    "{} on the NRI socket is refused: {}",
                    what,
                    e.getCause() == null ? e : e.getCause().getMessage());
        } catch (TtrpcException e) {
            LOG.warn("NRI plugin {} does not take part: {}", what, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!takesPart) {
                // whatever happened: calls wait for a plugin that joins
                giveUp();
            }
        }
        return Optional.empty();
    }

    private void giveUp() {
        var failed = plugin;
        if (failed != null) {
            failed.close();
        }
        trunk.close();
    }

    private static String orUnknown(String version) {
        return version.isEmpty() ? "unknown" : version;
    }

    private void connectionEnded() {
        registered.completeExceptionally(new IOException("it closed the connection"));
        var known = plugin;
        if (known != null) {
            known.gone();
        }
    }

    private void serve(TtrpcServer server) {
        try {
            server.serve();
        } catch (IOException e) {
            var known = plugin;
            if (known != null) {
                known.drop(String.valueOf(e.getMessage()));
            }
        } finally {
            trunk.close();
        }
    }

    private void configure(Plugin made) throws TtrpcException, InterruptedException {
        var request = ConfigureRequest.newBuilder()
                .setConfig(program.map(PluginPrograms.Program::config).orElse(""))
                .setRuntimeName(Release.NAME)
                .setRuntimeVersion(Release.version())
                .setRegistrationTimeout(settings.pluginRegistrationTimeout().toMillis())
                .setRequestTimeout(settings.pluginRequestTimeout().toMillis())
                .setNRIVersion(VERSION)
                .build();
        var answer = made.unordered("Configure", request, ConfigureResponse.parser(), settings.pluginRequestTimeout());
        int unknown = answer.getEvents() & -(1 << LAST_EVENT);
        if (unknown != 0) {
            throw new TtrpcException.Refused(
                    StatusCode.INVALID_ARGUMENT,
                    "it wants to hear of events that do not exist: 0x" + Integer.toHexString(unknown));
        }
        made.subscribe(answer.getEvents());
    }

    private void synchronise(Plugin made, Containers containers) throws TtrpcException, InterruptedException {
        var present = roster.join(made);
        metrics.plugins(roster.plugins().size());
        var collected = new Updates("");
        var parts = parts(present, containers);
        for (int i = 0; i < parts.size(); i++) {
            boolean more = i + 1 < parts.size();
            var request = parts.get(i).setMore(more).build();
            var answer = made.unordered(
                    "Synchronize", request, SynchronizeResponse.parser(), settings.pluginRegistrationTimeout());
            if (more && (!answer.getMore() || answer.getUpdateCount() > 0)) {
                throw new TtrpcException.Refused(
                        StatusCode.FAILED_PRECONDITION,
                        "there are more pods and containers than fit into one message, and it takes no parts");
            }
            collect(made, collected, answer);
        }
        made.ready();
        updates.apply(collected.others());
    }

    private static void collect(Plugin made, Updates collected, SynchronizeResponse answer) {
        try {
            collected.add(made.id(), answer.getUpdateList());
        } catch (io.crij.sandbox.SandboxException.Refused e) {
            LOG.warn("NRI plugin {} contradicts itself: {}", made.id(), e.getMessage());
        }
    }

    /// Pods first, as many to a message as fit.
    private List<SynchronizeRequest.Builder> parts(Roster.Present present, Containers containers) {
        var parts = new Parts();
        for (var id : present.pods()) {
            pods.exact(id)
                    .map(PodMessage::of)
                    .ifPresent(pod -> parts.roomFor(pod).addPods(pod));
        }
        for (var id : present.containers()) {
            containers
                    .exact(id)
                    .map(record -> message(record, present.drafts().get(id)))
                    .ifPresent(container -> parts.roomFor(container).addContainers(container));
        }
        return parts.all;
    }

    private Container message(ContainerRecord record, @Nullable Spec draft) {
        return draft == null ? calls.message(record) : ContainerMessage.of(record, Optional.of(draft));
    }

    private static final class Parts {
        private static final int TAG_AND_LENGTH = 8;

        final List<SynchronizeRequest.Builder> all = new ArrayList<>(List.of(SynchronizeRequest.newBuilder()));
        private long size;

        SynchronizeRequest.Builder roomFor(MessageLite next) {
            size += next.getSerializedSize() + TAG_AND_LENGTH;
            if (size > LARGEST_PART) {
                all.add(SynchronizeRequest.newBuilder());
                size = next.getSerializedSize() + TAG_AND_LENGTH;
            }
            return all.getLast();
        }
    }

    /// What the plugin calls.
    private byte[] handle(String service, String method, byte[] payload)
            throws TtrpcException.Refused, InterruptedException {
        if (!service.equals(SERVICE)) {
            throw new TtrpcException.Refused(StatusCode.UNIMPLEMENTED, "there is no service " + service);
        }
        try {
            return switch (method) {
                case "RegisterPlugin" -> register(RegisterPluginRequest.parseFrom(payload));
                case "UpdateContainers" -> update(UpdateContainersRequest.parseFrom(payload));
                default ->
                    throw new TtrpcException.Refused(
                            StatusCode.UNIMPLEMENTED, "there is no method " + service + "/" + method);
            };
        } catch (InvalidProtocolBufferException e) {
            throw new TtrpcException.Refused(StatusCode.INVALID_ARGUMENT, method + ": not a message of this method");
        }
    }

    private byte[] register(RegisterPluginRequest request) throws TtrpcException.Refused {
        if (program.isEmpty()) {
            if (!request.getPluginName().matches("[A-Za-z0-9_.+-]+")) {
                throw refused("the plugin's name \"" + request.getPluginName()
                        + "\" is not made of letters, digits and _ . + -");
            }
            if (!request.getPluginIdx().matches("[0-9]{2}")) {
                throw refused("the plugin's index \"" + request.getPluginIdx() + "\" is not two digits");
            }
        }
        if (!registered.complete(request)) {
            throw new TtrpcException.Refused(StatusCode.ALREADY_EXISTS, "the plugin has registered before");
        }
        return Empty.getDefaultInstance().toByteArray();
    }

    private TtrpcException.Refused refused(String why) {
        registered.completeExceptionally(new IOException(why));
        return new TtrpcException.Refused(StatusCode.INVALID_ARGUMENT, why);
    }

    private byte[] update(UpdateContainersRequest request) throws TtrpcException.Refused, InterruptedException {
        var by = plugin;
        if (by == null) {
            throw new TtrpcException.Refused(StatusCode.FAILED_PRECONDITION, "register before you update containers");
        }
        var answer = UpdateContainersResponse.newBuilder();
        for (var update : request.getUpdateList()) {
            var one = new Updates.Update(
                    update.getContainerId(), update.getLinux().getResources(), by.id(), update.getIgnoreFailure());
            if (!updates.tryAll(List.of(one)).isEmpty()) {
                answer.addFailed(update);
            }
        }
        updates.evict(request.getEvictList().stream()
                .map(eviction -> new Updates.Eviction(eviction.getContainerId(), eviction.getReason(), by.id()))
                .toList());
        return answer.build().toByteArray();
    }
}
