package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.ExecSyncRequest;
import io.crij.cri.v1.ExecSyncResponse;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedNode.class)
class ExecSyncTest {
    private static final int LIMIT = 16 << 20;

    @Test
    void outputAndExitCodeComeBack(Lab lab) {
        var id = lab.pod("exec").start("main", "sleep", "100");
        var answer = lab.pods().exec(id, "sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals("out\n", answer.getStdout().toStringUtf8());
        assertEquals("err\n", answer.getStderr().toStringUtf8());
        assertEquals(7, answer.getExitCode());
    }

    @Test
    void timeOutKillsTheCommandWithItsChildren(Lab lab) {
        var id = lab.pod("timeout").start("main", "sleep", "1000");
        Lab.refused(
                Status.Code.DEADLINE_EXCEEDED,
                "within 1 s",
                () -> exec(lab, id, 1, "sh", "-c", "sleep 777 & sh -c 'sleep 778 & wait' & wait"));
        var left = lab.pods().exec(id, "ps", "-o", "args").getStdout().toStringUtf8();
        assertTrue(left.contains("sleep 1000"), left);
        assertFalse(left.contains("sleep 777") || left.contains("sleep 778"), left);
    }

    @Test
    void childrenThatKeepTheOutputOpenBlockNobody(Lab lab) {
        var id = lab.pod("children").start("main", "sleep", "1000");
        var answer = exec(lab, id, 60, "sh", "-c", "sleep 500 & echo done");
        assertEquals("done\n", answer.getStdout().toStringUtf8());
        assertEquals(0, answer.getExitCode());
    }

    @Test
    void outputIsCutAtItsLimit(Lab lab) {
        var id = lab.pod("much").start("main", "sleep", "1000");
        var answer = exec(lab, id, 0, "sh", "-c", "dd if=/dev/zero bs=1M count=20 2>/dev/null; exit 4");
        assertEquals(LIMIT, answer.getStdout().size());
        assertEquals(4, answer.getExitCode());
    }

    @Test
    void wrongRequestsAreRefused(Lab lab) {
        var pod = lab.pod("wrong");
        var id = pod.start("main", "sleep", "1000");
        Lab.refused(Status.Code.INVALID_ARGUMENT, "cmd", () -> exec(lab, id, 1));
        Lab.refused(Status.Code.INVALID_ARGUMENT, "timeout", () -> exec(lab, id, -1, "true"));
        Lab.refused(Status.Code.FAILED_PRECONDITION, "/absent", () -> exec(lab, id, 1, "/absent"));
        lab.pods().stop(id, 0);
        Lab.refused(Status.Code.FAILED_PRECONDITION, "exited", () -> exec(lab, id, 1, "true"));
        var created = pod.create("created", _ -> {}, "true");
        Lab.refused(Status.Code.FAILED_PRECONDITION, "created", () -> exec(lab, created, 1, "true"));
    }

    @Test
    void longestTimeOutIsNoError(Lab lab) {
        var id = lab.pod("longest").start("main", "sleep", "1000");
        assertEquals(0, exec(lab, id, Long.MAX_VALUE, "true").getExitCode());
    }

    private static ExecSyncResponse exec(Lab lab, String container, long seconds, String... command) {
        return lab.runtime()
                .execSync(ExecSyncRequest.newBuilder()
                        .setContainerId(container)
                        .setTimeout(seconds)
                        .addAllCmd(List.of(command))
                        .build());
    }
}
