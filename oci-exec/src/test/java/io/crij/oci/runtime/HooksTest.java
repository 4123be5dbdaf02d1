package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.oci.runtime.OciException.HookFailed;
import io.crij.oci.spec.Hook;
import io.crij.oci.spec.Hooks;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HooksTest {
    private Box box;

    @BeforeEach
    void open() throws Exception {
        box = new Box();
    }

    @AfterEach
    void close() throws Exception {
        box.close();
    }

    private static List<Hook> hook(String command) {
        return List.of(new Hook("/bin/sh", List.of("sh", "-c", command), List.of("PATH=/bin:/usr/bin"), 5));
    }

    @Test
    void everyKindRunsAtItsPointWithTheState() throws Exception {
        String log = box.folder.resolve("log").toString();
        String id = box.id("hooks");
        Spec spec = box.spec(id, "sh", "-c", "test -e /tmp/started && echo program")
                .with(s -> {
                    s.annotations = java.util.Map.of("key", "value");
                    s.hooks = new Hooks(
                            hook("echo prestart $(cat | grep -o '\"status\":\"[a-z]*\"') >> " + log),
                            hook("echo createRuntime $(cat | grep -o '\"key\":\"value\"') >> " + log),
                            hook("echo createContainer $(cat | grep -o '\"pid\":[0-9]' | wc -l) >> " + log
                                    + "; hostname >> " + log),
                            hook("cat > /tmp/started"),
                            hook("echo poststart >> " + log),
                            hook("echo poststop >> " + log));
                });
        Shim shim = box.create(id, spec);
        assertFalse(Files.exists(box.rootfs.resolve("tmp/started")));
        box.runtime.start(id);
        assertEquals("program\n", box.outcome(shim).out());
        box.runtime.delete(id, false);
        assertEquals("""
                prestart "status":"created"
                createRuntime "key":"value"
                createContainer 1
                box
                poststart
                poststop
                """, Files.readString(Path.of(log)));
        assertTrue(Files.readString(box.rootfs.resolve("tmp/started")).contains("\"id\":\"" + id + "\""));
    }

    @Test
    void failingHookUndoesTheContainer() throws Exception {
        String id = box.id("failing");
        Spec runtime = box.spec(id, "true")
                .with(s -> s.hooks = new Hooks(
                        List.of(), hook("echo because >&2; exit 7"), List.of(), List.of(), List.of(), List.of()));
        var e = assertThrows(HookFailed.class, () -> box.create(id, runtime));
        assertEquals("createRuntime hook /bin/sh ended with status 7: because", e.getMessage());
        Spec inside = box.spec(id, "true")
                .with(s -> s.hooks = new Hooks(List.of(), List.of(), hook("exit 1"), List.of(), List.of(), List.of()));
        assertThrows(HookFailed.class, () -> box.create(id, inside));
        assertFalse(Files.exists(box.folder.resolve("state/" + id)));
    }

    @Test
    void hookThatHangsIsEndedAtItsTimeout() throws Exception {
        String id = box.id("hanging");
        var hanging = List.of(new Hook("/bin/sleep", List.of("sleep", "100"), List.of(), 1));
        Spec outside = box.spec(id, "true")
                .with(s -> s.hooks = new Hooks(hanging, List.of(), List.of(), List.of(), List.of(), List.of()));
        assertThrows(HookFailed.class, () -> box.create(id, outside));
        Spec inside = box.spec(id, "true")
                .with(s -> s.hooks = new Hooks(List.of(), List.of(), hanging, List.of(), List.of(), List.of()));
        assertThrows(HookFailed.class, () -> box.create(id, inside));
    }
}
