package io.crij.oci.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecWriterTest {
    private static final Process PROCESS = Process.EMPTY.with(process -> {
        process.args = List.of("sh", "-c", "true");
        process.env = List.of("A=b");
        process.oomScoreAdj = 3;
    });

    @Test
    void whatIsWrittenReadsBackTheSame() throws Exception {
        Spec spec = Spec.EMPTY.with(s -> {
            s.process = PROCESS;
            s.hostname = "web-0";
            s.mounts.add(Mount.of("tmpfs", "tmpfs", "/run", "nosuid", "mode=755"));
            s.annotations.put("a", "b");
        });
        assertEquals(spec, new SpecReader().spec(new SpecWriter().write(spec)));
        assertEquals(PROCESS, new SpecReader().process(new SpecWriter().write(PROCESS)));
    }

    @Test
    void absentPropertiesAreNotWritten() {
        String json = new String(new SpecWriter().write(Spec.EMPTY), StandardCharsets.UTF_8);
        assertEquals("{\"ociVersion\":\"" + Spec.VERSION + "\"}", json);
    }

    /// youki takes a noNewPrivileges that is there for true.
    @Test
    void falseIsWrittenOnlyWhereTheSpecificationRequiresItOrAbsentIsMore() throws Exception {
        Spec spec = Spec.EMPTY.with(s -> {
            s.process = PROCESS.with(process -> {
                process.terminal = false;
                process.noNewPrivileges = false;
            });
            s.linux = s.linux.with(l -> l.resources = l.resources.with(r -> {
                r.devices.add(new LinuxResources.DeviceCgroup(false, null, null, null, "rwm"));
                r.memory = new LinuxResources.Memory(null, null, null, null, null, null, false, null, null);
            }));
        });
        byte[] json = new SpecWriter().write(spec);
        String text = new String(json, StandardCharsets.UTF_8);
        assertFalse(text.contains("noNewPrivileges"), text);
        assertFalse(text.contains("terminal"), text);
        assertTrue(text.contains("{\"allow\":false,\"access\":\"rwm\"}"), text);
        assertTrue(text.contains("\"disableOOMKiller\":false"), text);
        assertEquals(spec, new SpecReader().spec(json));
    }
}
