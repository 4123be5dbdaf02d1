package io.crij.server.streaming;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.linux.TcpSocket;
import io.crij.monitor.MonitorStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Processes that are threads of the test with real pipes, and ports of this machine.
final class FakeSource implements StreamSource, AutoCloseable {
    private final ExecutorService blocking = Executors.newCachedThreadPool();
    final ConcurrentLinkedQueue<FakeProcess> processes = new ConcurrentLinkedQueue<>();
    volatile String obstacle = "";

    @Override
    public Optional<String> obstacle(StreamRequest request) {
        return Optional.of(obstacle).filter(text -> !text.isEmpty());
    }

    @Override
    public CommandProcess exec(StreamRequest.Exec request) throws Exception {
        if (request.command().getFirst().equals("missing")) {
            throw new IOException("there is no program missing");
        }
        return begin(request.command());
    }

    @Override
    public CommandProcess attach(StreamRequest.Attach request) throws Exception {
        return begin(List.of(request.containerId()));
    }

    private FakeProcess begin(List<String> command) throws ErrnoException {
        var process = new FakeProcess();
        processes.add(process);
        blocking.execute(() -> process.run(command));
        return process;
    }

    @Override
    public TcpSocket connect(String podId, int port, Poller poller) throws IOException, InterruptedException {
        return new LocalConnect(poller, port).first(LocalConnect.hostSockets());
    }

    @Override
    public void close() {
        processes.forEach(FakeProcess::close);
        blocking.shutdownNow();
    }

    static final class FakeProcess implements CommandProcess {
        private final Pipe in = Pipe.open();
        private final Pipe out = Pipe.open();
        private final Pipe err = Pipe.open();
        private final CompletableFuture<MonitorStream.End> end = new CompletableFuture<>();
        final CompletableFuture<Boolean> closed = new CompletableFuture<>();

        FakeProcess() throws ErrnoException {}

        private void run(List<String> command) {
            int code = 0;
            try (InputStream stdin = in.reader().asInputStream();
                    OutputStream stdout = out.writer().asOutputStream();
                    OutputStream stderr = err.writer().asOutputStream()) {
                switch (command.getFirst()) {
                    case "cat" -> stdin.transferTo(stdout);
                    case "both" -> {
                        stdout.write("out".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                        stderr.write("err".getBytes(java.nio.charset.StandardCharsets.UTF_8));
                        code = Integer.parseInt(command.get(1));
                    }
                    case "flood" -> {
                        while (true) {
                            stdout.write(new byte[8192]);
                        }
                    }
                    case "bytes" -> stdout.write(new byte[Integer.parseInt(command.get(1))]);
                    case "hang" -> {
                        while (!closed.isDone()) {
                            Thread.sleep(10);
                        }
                    }
                    default -> code = 127;
                }
            } catch (IOException | InterruptedException e) {
                code = 141;
            }
            end.complete(new MonitorStream.End(code, command.getFirst().equals("slow")));
        }

        @Override
        public Optional<Fd> stdin() {
            return Optional.of(in.writer());
        }

        @Override
        public Optional<Fd> stdout() {
            return Optional.of(out.reader());
        }

        @Override
        public Optional<Fd> stderr() {
            return Optional.of(err.reader());
        }

        @Override
        public void resize(io.crij.linux.WindowSize size) {
            throw new AssertionError("its terminal is a descriptor here");
        }

        @Override
        public Optional<Fd> console() {
            return Optional.empty();
        }

        @Override
        public void closeInput() {
            in.writer().close();
        }

        @Override
        public void onInputEnd(Runnable action) {}

        @Override
        public MonitorStream.End await() throws InterruptedException {
            try {
                return end.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            closed.complete(true);
            in.writer().close();
            out.reader().close();
            err.reader().close();
        }
    }
}
