package io.crij.oci.runtime;

import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Pipe;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Hooks;
import java.util.ArrayList;
import java.util.List;

/// Standard inputs of the hooks that run inside: the state can be written only when the pid is known.
final class HookPipes implements AutoCloseable {
    private static final int CAPACITY = 1 << 20;

    private final List<Pipe> pipes = new ArrayList<>();
    final List<Integer> createContainer = new ArrayList<>();
    final List<Integer> startContainer = new ArrayList<>();

    HookPipes(Slots slots, Hooks hooks) throws ErrnoException {
        try {
            for (int i = 0; i < hooks.startContainer().size(); i++) {
                int slot = slots.startHook(i);
                slots.give(slot, pipe());
                startContainer.add(slot);
            }
            for (Hook _ : hooks.createContainer()) {
                createContainer.add(slots.give(pipe()));
            }
        } catch (ErrnoException e) {
            close();
            throw e;
        }
    }

    private Fd pipe() throws ErrnoException {
        Pipe pipe = Pipe.open();
        pipes.add(pipe);
        return pipe.reader();
    }

    /// Writes the state to every hook; none of them runs yet.
    void fill(byte[] state) throws ErrnoException {
        for (Pipe pipe : pipes) {
            if (state.length > 32768) {
                pipe.writer().pipeCapacity(CAPACITY);
            }
            pipe.writer().write(state);
        }
        close();
    }

    @Override
    public void close() {
        pipes.forEach(Pipe::close);
    }
}
