package io.crij.oci.runtime;

import io.crij.linux.ChildExit;
import io.crij.linux.ErrnoException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Reaps shims, which are children of this process, after they were told to go. One platform thread of its own, from
/// the first one on. Thread-safe.
final class Reaper {
    private final BlockingQueue<Integer> ending = new LinkedBlockingQueue<>();
    private boolean begun;

    /// @param pid of a child that ends soon; any other process is left alone
    synchronized void reap(int pid) {
        ending.add(pid);
        if (!begun) {
            begun = true;
            Thread.ofPlatform().daemon().name("oci-reaper").start(this::loop);
        }
    }

    private void loop() {
        while (true) {
            try {
                ChildExit.await(ending.take());
            } catch (ErrnoException e) {
                // a shim of an earlier runtime is somebody else's child
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
