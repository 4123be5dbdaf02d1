package io.crij.shim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.linux.Signal;
import io.crij.linux.WindowSize;
import io.crij.oci.runtime.ContainerState.Status;
import io.crij.oci.runtime.Stdio;
import io.crij.shim.proto.Envelope;
import io.crij.shim.proto.ForwardRequest;
import io.crij.shim.proto.Packed;
import io.crij.shim.proto.TaskOOM;
import io.crij.ttrpc.TtrpcClient;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What cannot be seen with a shim whose containers are processes of this host: those of a virtual machine.
@Timeout(180)
class ShimRuntimeTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String ID = "one";

    private ShimBox box;

    @BeforeEach
    void makeBox() throws Exception {
        box = new ShimBox();
    }

    @AfterEach
    void closeBox() throws Exception {
        if (box != null) {
            box.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void theVersionThatTheShimSaysIsSpoken(int version) throws Exception {
        Path program = box.script("[ $verb = start ] && echo '{\"version\":" + version + ",\"address\":\"unix://"
                + box.socket() + "\",\"protocol\":\"ttrpc\"}'\nexit 0\n");
        try (var _ = new FakeShim(box.socket(), version)) {
            var runtime = box.runtime(program, LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            runtime.start(ID);
            assertEquals(Status.RUNNING, runtime.state(ID).status());
            runtime.kill(ID, 9, false);
            assertEquals(128 + 9, ShimBox.await(shim).code());
            runtime.delete(ID, false);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void optionsComeInTheOtherMessageWhereTheShimWantsIt() throws Exception {
        Path program = box.script("[ $verb = delete ] && exit 0\ninput=$(cat | tr -d '\\000-\\037')\ncase $input in"
                + " " + ID + "*crij*/etc/fake.toml*) echo unix://" + box.socket() + " ;;"
                + " *) echo 'failed to unmarshal bootstrap parameters' >&2; exit 1 ;; esac\n");
        try (var _ = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(program, LONG);
            box.create(runtime, ID, new Stdio.Pipes(false, true));
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void aContainerIsTakenOverByALaterRuntime() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            Path program = box.finds(box.socket());
            var runtime = box.runtime(program, LONG);
            box.create(runtime, ID, new Stdio.Pipes(true, true)).close();
            runtime.start(ID);
            runtime.exec(ID, ShimBox.process(), new Stdio.Pipes(false)).close();
            assertEquals(2, fake.living());
            var later = box.again(program, LONG);
            try (var shim = later.reopen(ID)) {
                assertEquals(1, fake.living(), "the exec of an earlier one is ended");
                assertTrue(shim.exitStatus().isEmpty());
                later.kill(ID, 15, false);
                assertTrue(ShimBox.await(shim).known());
            }
            later.delete(ID, false);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void anExecHasNoPidOfThisHostAndIsSignalledByTheShim() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            box.create(runtime, ID, new Stdio.Pipes(false, true));
            runtime.start(ID);
            try (var exec = runtime.exec(ID, ShimBox.process(), new Stdio.Terminal())) {
                assertEquals(0, exec.pid());
                exec.resize(new WindowSize(40, 100));
                assertTrue(fake.calls.contains("100x40"), fake.calls.toString());
                exec.signal(Signal.KILL);
                assertEquals(128 + 9, ShimBox.await(exec).code());
                exec.release();
            }
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void inputIsClosedAtTheShimToo() throws Exception {
        try (var fake = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(true, true));
            runtime.start(ID);
            shim.closeStdin();
            long end = System.nanoTime() + ShimBox.PATIENCE.toNanos();
            while (!fake.calls.contains("CloseIO")) {
                assertTrue(System.nanoTime() < end, fake.calls.toString());
                Thread.sleep(5);
            }
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }

    @Test
    void thatAContainerRanOutOfMemoryIsTakenFromTheShimsEvents() throws Exception {
        try (var _ = new FakeShim(box.socket(), 2)) {
            var runtime = box.runtime(box.finds(box.socket()), LONG);
            var shim = box.create(runtime, ID, new Stdio.Pipes(false, true));
            assertTrue(!shim.killedForMemory());
            var event = Packed.newBuilder()
                    .setTypeUrl("containerd.events.TaskOOM")
                    .setValue(TaskOOM.newBuilder().setContainerId(ID).build().toByteString());
            var request = ForwardRequest.newBuilder()
                    .setEnvelope(Envelope.newBuilder().setTopic("/tasks/oom").setEvent(event))
                    .build();
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(
                    UnixDomainSocketAddress.of(box.folder.resolve("shim").resolve("events")));
            var streams = new SocketStreams("test", channel);
            try (var client = new TtrpcClient("test", streams.in(), streams.out(), () -> {})) {
                client.call("containerd.services.events.ttrpc.v1.Events", "Forward", request.toByteArray(), LONG);
            }
            assertTrue(shim.killedForMemory());
            runtime.delete(ID, true);
            box.assertNothingLeft(ID);
        }
    }
}
