package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ContainerState;
import io.crij.cri.v1.ContainerStatusRequest;
import io.crij.cri.v1.LinuxContainerResources;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.Signal;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// States, times, reasons, signals.
@ExtendWith(SharedNode.class)
class ContainerLifeTest {
    private static final String UNTIL_TERM = "trap 'exit 0' TERM; while true; do sleep 0.05; done";

    @Test
    void timesFollowEachOther(Lab lab) {
        var pod = lab.pod("times");
        var id = pod.create("main", _ -> {}, "sh", "-c", "exit 0");
        var created = lab.pods().status(id);
        assertTrue(created.getCreatedAt() > 0);
        assertEquals(0, created.getStartedAt());
        assertEquals(0, created.getFinishedAt());
        lab.pods().start(id);
        var ended = lab.pods().awaitEnd(id);
        assertTrue(ended.getStartedAt() >= ended.getCreatedAt(), ended.toString());
        assertTrue(ended.getFinishedAt() >= ended.getStartedAt(), ended.toString());
        assertEquals("Completed", ended.getReason());
    }

    @ParameterizedTest
    @CsvSource({"exit 0,0,Completed", "exit 3,3,Error", "kill -9 $$,137,Error", "kill -15 $$,143,Error"})
    void reasonAndCodeOfAnEnd(String script, int code, String reason, Lab lab) {
        // a signal that a process of a pid namespace sends to its first one does nothing, so a child is in between
        var ended = lab.pod("reasons").run("main", _ -> {}, "sh", "-c", "sh -c '" + script + "'; exit $?");
        assertEquals(code, ended.status().getExitCode());
        assertEquals(reason, ended.status().getReason());
    }

    @Test
    void endForWantOfMemoryIsTold(Lab lab) {
        var limit = LinuxContainerResources.newBuilder().setMemoryLimitInBytes(16 << 20);
        var ended = lab.pod("oom")
                .run(
                        "main",
                        c -> c.getLinuxBuilder().setResources(limit),
                        "dd",
                        "if=/dev/zero",
                        "of=/dev/null",
                        "bs=64M");
        assertEquals("OOMKilled", ended.status().getReason(), ended.toString());
        assertEquals(137, ended.status().getExitCode());
    }

    @Test
    void failedStartIsKeptAsAnEnd(Lab lab, @TempDir Path folder) throws Exception {
        // looks like a program until the kernel reads it
        var program = Files.writeString(folder.resolve("program"), "no program of any kind\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        var mount = Mount.newBuilder().setContainerPath("/volume").setHostPath(folder.toString());
        var id = lab.pod("start-error").create("main", c -> c.addMounts(mount), "/volume/program");
        var failure =
                assertThrows(StatusRuntimeException.class, () -> lab.pods().start(id));
        assertTrue(String.valueOf(failure.getMessage()).contains("/volume/program"), failure.getMessage());
        var status = lab.pods().status(id);
        assertEquals(ContainerState.CONTAINER_EXITED, status.getState());
        assertEquals(128, status.getExitCode());
        assertEquals("StartError", status.getReason());
        assertTrue(status.getMessage().contains("/volume/program"), status.getMessage());
        assertTrue(status.getFinishedAt() > 0);
    }

    @Test
    void onlyACreatedContainerStarts(Lab lab) {
        var id = lab.pod("twice").start("main", "sleep", "100");
        Lab.refused(Status.Code.FAILED_PRECONDITION, "running", () -> lab.pods().start(id));
        lab.pods().stop(id, 0);
        Lab.refused(Status.Code.FAILED_PRECONDITION, "exited", () -> lab.pods().start(id));
    }

    @ParameterizedTest
    @CsvSource({"SIGNAL_SIGUSR1,10", "SIGNAL_SIGRTMINPLUS3,37", "SIGNAL_SIGRTMAX,64", "SIGNAL_SIGINT,2"})
    void stopSignalOfTheRequestIsSentAndTold(Signal signal, int number, Lab lab) {
        var script = "trap 'exit 0' " + number + "; echo ready; while true; do sleep 0.05; done";
        var id = lab.pod("signals").start("main", c -> c.setStopSignal(signal), "sh", "-c", script);
        lab.pods().awaitLog(id, "ready");
        assertEquals(signal, lab.pods().status(id).getStopSignal());
        lab.pods().stop(id, 60);
        assertEquals(0, lab.pods().status(id).getExitCode());
    }

    @Test
    void unnamedStopSignalIsTerm(Lab lab) {
        var id = lab.pod("term")
                .start("main", "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        lab.pods().awaitLog(id, "ready");
        assertEquals(Signal.SIGNAL_SIGTERM, lab.pods().status(id).getStopSignal());
        lab.pods().stop(id, 60);
        assertEquals(5, lab.pods().status(id).getExitCode());
    }

    @Test
    void secondStopShortensTheFirst(Lab lab) throws Exception {
        var id = lab.pod("shorten").start("main", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        lab.pods().awaitLog(id, "ready");
        var first = new FutureTask<>(() -> lab.pods().stop(id, 100), true);
        Thread.ofVirtual().start(first);
        lab.pods().stop(id, 1);
        assertTrue(first.get());
        assertEquals(137, lab.pods().status(id).getExitCode());
    }

    @Test
    void longestGraceIsNoError(Lab lab) {
        var id = lab.pod("grace").start("main", "sh", "-c", "echo ready; " + UNTIL_TERM);
        lab.pods().awaitLog(id, "ready");
        lab.pods().stop(id, Long.MAX_VALUE);
        assertEquals(ContainerState.CONTAINER_EXITED, lab.pods().status(id).getState());
    }

    @Test
    void unknownIdsAreFineToStopAndRemoveOnly(Lab lab) {
        var unknown = UUID.randomUUID().toString();
        lab.pods().stop(unknown, 0);
        lab.pods().remove(unknown);
        lab.pods().stopPod(unknown);
        lab.pods().removePod(unknown);
        Lab.refused(Status.Code.NOT_FOUND, unknown, () -> lab.pods().status(unknown));
        Lab.refused(Status.Code.NOT_FOUND, unknown, () -> lab.pods().start(unknown));
        Lab.refused(Status.Code.NOT_FOUND, unknown, () -> lab.pods().exec(unknown, "true"));
    }

    @Test
    void runningContainerIsRemovedByForce(Lab lab) {
        var id = lab.pod("force").start("main", "sleep", "100");
        lab.pods().remove(id);
        Lab.refused(Status.Code.NOT_FOUND, id, () -> lab.pods().status(id));
    }

    @Test
    void beginningOfAnIdIsEnough(Lab lab) {
        var id = lab.pod("prefix").create("main", _ -> {}, "true");
        var status = lab.runtime()
                .containerStatus(ContainerStatusRequest.newBuilder()
                        .setContainerId(id.substring(0, 13))
                        .build());
        assertEquals(id, status.getStatus().getId());
    }
}
