package io.crij.shim;

import io.crij.oci.runtime.ExitStatus;
import io.crij.oci.runtime.OciException;
import java.io.IOException;

/// Waits at the shim for a container's end, on a virtual thread of its own for as long as the container lives. A shim
/// that has died takes its containers along: what is left of them is ended, and how they ended nobody knows.
final class ShimWatch {
    private static final System.Logger LOG = System.getLogger(ShimWatch.class.getName());
    /// A connection may break although the shim lives.
    private static final int TRIES = 3;

    private final ShimTools tools;
    private final ShimContainer container;

    ShimWatch(ShimTools tools, ShimContainer container) {
        this.tools = tools;
        this.container = container;
    }

    /// Once for each container.
    void begin() {
        if (container.exit().isEmpty() && container.watch()) {
            Thread.ofVirtual().name("shim-wait-" + container.id()).start(this::run);
        }
    }

    private void run() {
        try {
            String why = "";
            for (int attempt = 0; attempt < TRIES && container.exit().isEmpty(); attempt++) {
                try {
                    container.end(container.task().await(""));
                    return;
                } catch (Task.ShimGone e) {
                    if (tools.links().closed()) {
                        return;
                    }
                    why = String.valueOf(e.getMessage());
                    if (!serves()) {
                        lost(why);
                        return;
                    }
                } catch (OciException.NotFound e) {
                    unknown("its shim does not know it any more");
                    return;
                } catch (OciException e) {
                    why = String.valueOf(e.getMessage());
                }
            }
            if (container.exit().isEmpty()) {
                lost(why);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean serves() {
        try {
            tools.links().get(container.address());
            return true;
        } catch (IOException | OciException e) {
            return false;
        }
    }

    private void unknown(String why) {
        LOG.log(
                System.Logger.Level.ERROR,
                "how container " + container.id() + " (handler "
                        + tools.settings().name() + ") has ended is unknown: " + why);
        container.end(ExitStatus.unseen(why));
    }

    private void lost(String why) throws InterruptedException {
        String words = ShimLog.lastWords(container.bundle());
        var remains = new ShimRemains(tools, container);
        remains.killShim();
        remains.kill();
        if (container.exit().isEmpty()) {
            remains.clean();
        }
        unknown("its shim has died (" + why + ")" + (words.isEmpty() ? "" : "; its log ends with: " + words));
    }
}
