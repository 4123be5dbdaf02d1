package io.crij.server.cri;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.crij.cri.v1.Signal;
import io.crij.sandbox.SandboxException;
import org.junit.jupiter.api.Test;

class StopSignalsTest {
    @Test
    void requestBeatsImageBeatsSigterm() throws Exception {
        assertEquals(10, StopSignals.number(Signal.SIGNAL_SIGUSR1, "SIGQUIT"));
        assertEquals(3, StopSignals.number(Signal.SIGNAL_RUNTIME_DEFAULT, "SIGQUIT"));
        assertEquals(15, StopSignals.number(Signal.SIGNAL_RUNTIME_DEFAULT, ""));
        assertEquals(15, StopSignals.number(Signal.SIGNAL_RUNTIME_DEFAULT, "nonsense"));
    }

    @Test
    void realTimeSignalsAreTheKernels() throws Exception {
        assertEquals(37, StopSignals.number(Signal.SIGNAL_SIGRTMINPLUS3, ""));
        assertEquals(64, StopSignals.number(Signal.SIGNAL_SIGRTMAX, ""));
        assertEquals(50, StopSignals.number(Signal.SIGNAL_SIGRTMAXMINUS14, ""));
    }

    @Test
    void everySignalOfTheSchemaIsKnownAndComesBack() throws Exception {
        for (var signal : Signal.values()) {
            if (signal != Signal.UNRECOGNIZED && signal != Signal.SIGNAL_RUNTIME_DEFAULT) {
                int number = StopSignals.number(signal, "");
                assertEquals(number, StopSignals.number(StopSignals.message(number), ""), signal.name());
            }
        }
    }

    @Test
    void unknownSignalIsRefused() {
        assertThrows(SandboxException.Invalid.class, () -> StopSignals.number(Signal.UNRECOGNIZED, ""));
    }
}
