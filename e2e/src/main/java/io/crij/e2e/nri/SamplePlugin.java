package io.crij.e2e.nri;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.crij.e2e.Waiting;
import io.crij.linux.Fd;
import io.crij.server.nri.proto.ConfigureRequest;
import io.crij.server.nri.proto.ConfigureResponse;
import io.crij.server.nri.proto.CreateContainerResponse;
import io.crij.server.nri.proto.Empty;
import io.crij.server.nri.proto.RegisterPluginRequest;
import io.crij.server.nri.proto.StateChangeEvent;
import io.crij.server.nri.proto.SynchronizeRequest;
import io.crij.server.nri.proto.SynchronizeResponse;
import io.crij.server.nri.proto.UpdateContainersRequest;
import io.crij.server.nri.proto.UpdateContainersResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A plugin that writes down all it hears, and answers as a test wants. As a program of its own it is one that the
/// server starts: its configuration is the file to write into.
public final class SamplePlugin implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /// Bits of the events 1 to 13.
    private static final int ALL_BUT_VALIDATION = (1 << 13) - 1;

    private static final int UNKNOWN = 2;
    private static final int UNIMPLEMENTED = 12;

    private final String index;
    private final String name;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private final List<SynchronizeRequest> present = new CopyOnWriteArrayList<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String configuration = "";
    private volatile boolean old;
    private volatile int events = ALL_BUT_VALIDATION;
    private @Nullable PluginLink link;
    private @Nullable AutoCloseable connection;

    /// What came, in the order of its coming. Both ids are empty where there is none.
    public record Heard(String event, StateChangeEvent content) {
        public String pod() {
            return content.getPod().getId();
        }

        public String container() {
            return content.getContainer().getId();
        }
    }

    /// What a plugin says to a request.
    @FunctionalInterface
    public interface Answer {
        /// @param about the pod and the container of the request
        /// @throws Exception whose message goes back as an error
        MessageLite to(StateChangeEvent about) throws Exception;
    }

    public SamplePlugin(String index, String name) {
        this.index = index;
        this.name = name;
    }

    /// Everything else is answered with the empty message.
    public SamplePlugin on(String method, Answer answer) {
        answers.put(method, answer);
        return this;
    }

    /// Knows no calls but the one for all events, as before version 0.12.
    public SamplePlugin old() {
        old = true;
        return this;
    }

    /// Unless told here a plugin hears of everything but validation.
    ///
    /// @param mask bit n - 1 is event n; 0 is everything
    public SamplePlugin wanting(int mask) {
        events = mask;
        return this;
    }

    /// Connects and returns when it has been told what is there.
    public SamplePlugin connect(Path socket) throws Exception {
        connectOnly(socket);
        if (!ready.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the runtime did not synchronise plugin " + name);
        }
        return this;
    }

    /// Connects and registers; the rest comes when it comes.
    public SamplePlugin connectOnly(Path socket) throws Exception {
        var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        connection = channel;
        run(input(channel), output(channel));
        return this;
    }

    private void run(InputStream in, OutputStream out) throws Exception {
        var made = new PluginLink(in, out, this::answer);
        link = made;
        Thread.ofPlatform().daemon().name("plugin-" + name).start(() -> {
            made.serve();
            ended.countDown();
        });
        made.call(
                "RegisterPlugin",
                RegisterPluginRequest.newBuilder()
                        .setPluginName(name)
                        .setPluginIdx(index)
                        .build()
                        .toByteArray());
    }

    private byte[] answer(String method, byte[] request) throws PluginLink.RefusedException, InterruptedException {
        try {
            return answerTo(method, request).toByteArray();
        } catch (InterruptedException | PluginLink.RefusedException e) {
            throw e;
        } catch (Exception e) {
            throw new PluginLink.RefusedException(UNKNOWN, String.valueOf(e.getMessage()));
        }
    }

    private MessageLite answerTo(String method, byte[] request) throws Exception {
        return switch (method) {
            case "Configure" -> {
                configuration = ConfigureRequest.parseFrom(request).getConfig();
                yield ConfigureResponse.newBuilder().setEvents(events).build();
            }
            case "Synchronize" -> synchronise(SynchronizeRequest.parseFrom(request));
            case "StateChange" -> {
                var event = StateChangeEvent.parseFrom(request);
                take("StateChange " + event.getEvent(), event);
                yield Empty.getDefaultInstance();
            }
            default -> {
                if (old && !method.equals("CreateContainer") && !method.equals("StopContainer")) {
                    throw new PluginLink.RefusedException(UNIMPLEMENTED, method);
                }
                var about = about(request);
                take(method, about);
                var answer = answers.get(method);
                yield answer == null ? CreateContainerResponse.getDefaultInstance() : answer.to(about);
            }
        };
    }

    private MessageLite synchronise(SynchronizeRequest request) throws Exception {
        present.add(request);
        var answer = answers.get("Synchronize");
        var response = answer == null
                ? SynchronizeResponse.newBuilder().setMore(request.getMore()).build()
                : answer.to(StateChangeEvent.getDefaultInstance());
        if (!request.getMore()) {
            ready.countDown();
        }
        return response;
    }

    /// All requests about pods and containers begin with these two.
    private static StateChangeEvent about(byte[] request) throws InvalidProtocolBufferException {
        var both = io.crij.server.nri.proto.RemoveContainerRequest.parseFrom(request);
        return StateChangeEvent.newBuilder()
                .setPod(both.getPod())
                .setContainer(both.getContainer())
                .build();
    }

    private void take(String event, StateChangeEvent content) {
        heard.add(new Heard(event, content));
        if (!configuration.isBlank()) {
            try {
                Files.writeString(
                        Path.of(configuration.strip()),
                        event + " " + content.getPod().getName() + " "
                                + content.getContainer().getName() + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /// Asks the runtime to change or end containers.
    public UpdateContainersResponse update(UpdateContainersRequest request) throws Exception {
        Parser<UpdateContainersResponse> parser = UpdateContainersResponse.parser();
        return parser.parseFrom(Objects.requireNonNull(link).call("UpdateContainers", request.toByteArray()));
    }

    public List<Heard> heard() {
        return List.copyOf(heard);
    }

    /// Names of what was heard of a pod or container.
    public List<String> heardOf(String id) {
        return heard.stream()
                .filter(event -> event.container().isEmpty()
                        ? event.pod().equals(id)
                        : event.container().equals(id))
                .map(Heard::event)
                .toList();
    }

    /// Waits for an event of a pod or container.
    public void await(String event, String id) {
        Waiting.until(event + " of " + id, PATIENCE, () -> heardOf(id).contains(event), () -> "Heard: " + heardOf(id));
    }

    /// What was there when it connected, all parts.
    public List<SynchronizeRequest> present() {
        return List.copyOf(present);
    }

    public List<String> presentContainers() {
        return present.stream()
                .flatMap(part -> part.getContainersList().stream())
                .map(io.crij.server.nri.proto.Container::getId)
                .toList();
    }

    public List<String> presentPods() {
        return present.stream()
                .flatMap(part -> part.getPodsList().stream())
                .map(io.crij.server.nri.proto.PodSandbox::getId)
                .toList();
    }

    /// Waits until the runtime has closed the connection.
    public void awaitEnd() throws InterruptedException {
        if (!ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the runtime keeps plugin " + name);
        }
    }

    @Override
    public void close() throws Exception {
        var open = connection;
        if (open != null) {
            open.close();
        }
    }

    private static InputStream input(SocketChannel channel) {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                return channel.read(ByteBuffer.wrap(into, offset, length));
            }
        };
    }

    private static OutputStream output(SocketChannel channel) {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                var buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        };
    }

    /// As a server starts it: the connection is descriptor 3.
    public static void main(String[] args) throws Exception {
        var environment = System.getenv();
        var plugin = new SamplePlugin(
                environment.getOrDefault("NRI_PLUGIN_IDX", ""), environment.getOrDefault("NRI_PLUGIN_NAME", ""));
        var socket = Fd.adopt(Integer.parseInt(environment.getOrDefault("NRI_PLUGIN_SOCKET", "3")));
        plugin.run(socket.asInputStream(), socket.asOutputStream());
        plugin.ended.await();
    }
}
