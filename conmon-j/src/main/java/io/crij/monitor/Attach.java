package io.crij.monitor;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.monitor.proto.Ended;
import io.crij.monitor.proto.InputEnded;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Streams;
import io.crij.oci.runtime.OciException;
import io.crij.oci.runtime.Shim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Joins a client to a container's streams until one of the two ends. The client writes input and sets the terminal's
/// size through descriptors of its own; output comes from the pump, see [Attachments].
final class Attach {
    private final Containers containers;
    private final Readiness readiness;

    Attach(Containers containers, Readiness readiness) {
        this.containers = containers;
        this.readiness = readiness;
    }

    void run(io.crij.monitor.proto.Attach request, Monitor.Replies replies)
            throws MonitorException, OciException, IOException, InterruptedException {
        LiveContainer container = containers.find(request.getContainerId());
        Shim shim = container.shim();
        LogPump pump = container.pump();
        if (shim == null || pump == null || container.record().stopped()) {
            throw notRunning(container);
        }
        // a terminal has no end of input
        boolean input = request.getStdin()
                && shim.stdin().isPresent()
                && !container.record().terminal();
        Attachment attachment = new Attachment(readiness, pump::wake);
        boolean attached = false;
        try {
            handOver(request, container, shim, attachment);
            attached = true;
            replies.onInputEnd(() -> endInput(container, shim));
            replies.onResize(new TerminalSize(shim));
            replies.more(Reply.newBuilder().setStreams(Streams.getDefaultInstance()));
            boolean tooSlow = untilEnd(attachment, input, replies);
            replies.last(Reply.newBuilder().setEnded(Ended.newBuilder().setTooSlow(tooSlow)));
        } finally {
            container.attachments.remove(attachment);
            if (attached && input) {
                endInput(container, shim);
            }
        }
    }

    private static void handOver(
            io.crij.monitor.proto.Attach request, LiveContainer container, Shim shim, Attachment attachment)
            throws OciException, ErrnoException {
        Map<Handover.Kind, Fd> given = new EnumMap<>(Handover.Kind.class);
        List<Fd> ours = new ArrayList<>();
        try {
            shim.console().ifPresent(fd -> given.put(Handover.Kind.CONSOLE, fd));
            if (request.getStdin()) {
                shim.stdin().filter(fd -> !fd.isClosed()).ifPresent(fd -> given.put(Handover.Kind.STDIN, fd));
            }
            if (request.getStdout()) {
                Fd reader = attachment.follow(LogStream.STDOUT);
                ours.add(reader);
                given.put(Handover.Kind.STDOUT, reader);
            }
            if (request.getStderr() && shim.stderr().isPresent()) {
                Fd reader = attachment.follow(LogStream.STDERR);
                ours.add(reader);
                given.put(Handover.Kind.STDERR, reader);
            }
            if (!container.attachments.add(attachment)) {
                throw notRunning(container);
            }
            Handover.send(request.getDescriptors(), given);
        } finally {
            ours.forEach(Fd::close);
        }
    }

    private static boolean untilEnd(Attachment attachment, boolean input, Monitor.Replies replies)
            throws IOException, InterruptedException {
        while (true) {
            switch (attachment.await()) {
                case ENDED -> {
                    return false;
                }
                case TOO_SLOW -> {
                    return true;
                }
                case INPUT_ENDED -> {
                    if (input) {
                        replies.more(Reply.newBuilder().setInputEnded(InputEnded.getDefaultInstance()));
                    }
                }
            }
        }
    }

    private static void endInput(LiveContainer container, Shim shim) {
        if (container.record().stdinOnce()) {
            shim.closeStdin();
            container.attachments.endInput();
        }
    }

    private static OciException.WrongState notRunning(LiveContainer container) {
        return new OciException.WrongState("Tried to attach to container " + container.id() + " but it is not running");
    }
}
