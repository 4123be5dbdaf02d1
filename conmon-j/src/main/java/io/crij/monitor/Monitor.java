package io.crij.monitor;

import io.crij.linux.WindowSize;
import io.crij.monitor.proto.Containers.Builder;
import io.crij.monitor.proto.Done;
import io.crij.monitor.proto.Event;
import io.crij.monitor.proto.Reply;
import io.crij.monitor.proto.Request;
import io.crij.monitor.proto.Welcome;
import io.crij.oci.runtime.OciException;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Carries requests out: one method per verb stands behind each case. Called on the request's own thread, which is
/// interrupted when the client gives the request up.
final class Monitor {
    private static final System.Logger LOG = System.getLogger(Monitor.class.getName());

    private final Containers containers;
    private final Subscribers subscribers;
    private final CreateContainer creating;
    private final DeleteContainer deleting;
    private final ExecSync executing;
    private final Exec interactive;
    private final Attach attaching;
    private final Verbs verbs;
    private final Runnable shutdown;
    private final Tidying tidying = new Tidying();

    /// @param shutdown asks the daemon to end; must not wait for it
    Monitor(
            Containers containers,
            Subscribers subscribers,
            Handlers handlers,
            Supervision supervision,
            Readiness readiness,
            ExecNotes notes,
            Runnable shutdown) {
        this.containers = containers;
        this.subscribers = subscribers;
        this.creating = new CreateContainer(containers, handlers, supervision);
        this.deleting = new DeleteContainer(containers, handlers);
        this.executing = new ExecSync(containers, readiness, notes);
        this.interactive = new Exec(containers, readiness, notes);
        this.attaching = new Attach(containers, readiness);
        this.verbs = new Verbs(containers);
        this.shutdown = shutdown;
    }

    /// Where replies go.
    interface Replies {
        /// A reply that others will follow.
        void more(Reply.Builder reply) throws IOException;

        /// The last reply.
        void last(Reply.Builder reply) throws IOException;

        /// Called when the client has no more input, perhaps at once; must not block.
        void onInputEnd(Runnable action);

        /// Called when the client wants its terminal to have another size, perhaps at once.
        void onResize(Consumer<WindowSize> action);
    }

    /// Carries the request out and answers it, whatever happens.
    ///
    /// @throws IOException when the client is gone
    void handle(Request request, Replies replies) throws IOException {
        tidying.requested();
        String verb = request.getVerbCase().name();
        Reply.Builder failure;
        try {
            carryOut(request, replies);
            return;
        } catch (OciException e) {
            LOG.log(System.Logger.Level.INFO, verb + " failed: " + e.getMessage());
            failure = Reply.newBuilder().setFailure(Failures.of(e));
        } catch (MonitorException e) {
            LOG.log(System.Logger.Level.INFO, verb + " failed: " + e.getMessage());
            failure = Reply.newBuilder().setFailure(Failures.of(e));
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.INFO, verb + " was given up");
            failure = Reply.newBuilder().setFailure(Failures.cancelled(verb));
        } catch (ClientGone e) {
            throw e;
        } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
            // an error of the JVM must not leave the client without an answer either
            LOG.log(System.Logger.Level.ERROR, verb + " failed", e);
            failure = Reply.newBuilder().setFailure(Failures.internal(e));
        }
        replies.last(failure);
    }

    /// The reply could not be sent.
    static final class ClientGone extends IOException {
        ClientGone(IOException cause) {
            super("the client is gone", cause);
        }
    }

    private void carryOut(Request request, Replies replies)
            throws MonitorException, OciException, IOException, InterruptedException {
        switch (request.getVerbCase()) {
            case HELLO -> replies.last(Reply.newBuilder().setWelcome(welcome()));
            case CREATE ->
                creating.run(
                        request.getCreate(),
                        created -> replies.last(Reply.newBuilder().setCreated(created)));
            case START -> {
                verbs.start(request.getStart().getContainerId());
                done(replies);
            }
            case KILL -> {
                verbs.kill(request.getKill());
                done(replies);
            }
            case DELETE -> {
                deleting.run(
                        request.getDelete().getContainerId(),
                        request.getDelete().getForce());
                done(replies);
            }
            case STATE ->
                replies.last(Reply.newBuilder()
                        .setContainer(containers
                                .find(request.getState().getContainerId())
                                .record()
                                .message()));
            case LIST -> {
                Builder all = io.crij.monitor.proto.Containers.newBuilder();
                replies.last(Reply.newBuilder().setContainers(all.addAllContainers(containers.describe())));
            }
            case EXEC_SYNC ->
                replies.last(Reply.newBuilder()
                        .setExecResult(executing.run(
                                request.getExecSync(),
                                output -> replies.more(Reply.newBuilder().setExecOutput(output)))));
            case EXEC -> interactive.run(request.getExec(), replies);
            case ATTACH -> attaching.run(request.getAttach(), replies);
            case REOPEN_LOG -> {
                verbs.reopenLog(request.getReopenLog().getContainerId());
                done(replies);
            }
            case UPDATE -> {
                verbs.update(request.getUpdate());
                done(replies);
            }
            case PAUSE -> {
                verbs.pause(request.getPause().getContainerId());
                done(replies);
            }
            case RESUME -> {
                verbs.resume(request.getResume().getContainerId());
                done(replies);
            }
            case RESIZE -> {
                verbs.resize(request.getResize());
                done(replies);
            }
            case SUBSCRIBE -> stream(replies);
            case SHUTDOWN -> {
                done(replies);
                shutdown.run();
            }
            case CANCEL, CLOSE_INPUT, RESIZE_STREAM, VERB_NOT_SET ->
                throw new MonitorException(
                        MonitorException.Code.UNSUPPORTED,
                        "this monitor does not know the verb of request " + request.getId()
                                + ": is the client newer than conmon-j " + Version.TEXT + "?",
                        0);
        }
    }

    private static void done(Replies replies) throws IOException {
        replies.last(Reply.newBuilder().setDone(Done.getDefaultInstance()));
    }

    private static Welcome welcome() {
        return Welcome.newBuilder()
                .setVersion(Version.TEXT)
                .setProtocol(Connection.PROTOCOL)
                .setPid((int) ProcessHandle.current().pid())
                .build();
    }

    private void stream(Replies replies) throws MonitorException, IOException, InterruptedException {
        Subscribers.Queue queue = subscribers.add(containers::describe);
        try {
            for (@Nullable Event event = queue.next(); event != null; event = queue.next()) {
                replies.more(Reply.newBuilder().setEvent(event));
            }
        } finally {
            subscribers.remove(queue);
        }
        throw new MonitorException(
                MonitorException.Code.OVERFLOWED,
                "this subscriber did not read its events in time and missed some; subscribe again",
                0);
    }
}
