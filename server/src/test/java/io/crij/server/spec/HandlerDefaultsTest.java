package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.Mount;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import io.crij.server.config.ByteSize;
import io.crij.server.config.Config;
import io.crij.server.handlers.FoundHandler;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a handler changes about the containers of its pods.
class HandlerDefaultsTest {
    private static FoundHandler handler(List<String> annotations, ByteSize floor) {
        var usual = Config.Handler.DEFAULT;
        var settings = new Config.Handler(
                Config.Handler.Type.OCI,
                usual.path(),
                usual.root(),
                usual.options(),
                usual.shimRuntime(),
                usual.configPath(),
                usual.dialect(),
                annotations,
                usual.seccompProfile(),
                floor,
                usual.createTimeout(),
                usual.timeout(),
                false);
        return new FoundHandler("other", settings, Optional.of(Path.of("/usr/bin/other")), "", "", false, false);
    }

    private static Map<String, String> reached(FoundHandler handler, Map<String, String> ofPod) {
        var reached = new TreeMap<String, String>();
        AllowedAnnotations.of(handler.settings()).add(ofPod, true, reached);
        AllowedAnnotations.of(handler.settings())
                .add(Map.of("run.oci.hooks.stdout", "/etc/passwd", "mine", "yes"), false, reached);
        return reached;
    }

    @Test
    void annotationsForRuntimesReachThemWhenAllowedOnly() {
        var none = new ByteSize(0);
        var pod = Map.of("io.katacontainers.config.x", "1", "other", "2");
        assertEquals(Map.of("mine", "yes"), reached(handler(List.of(), none), pod));
        assertEquals(
                Map.of("mine", "yes", "io.katacontainers.config.x", "1", "run.oci.hooks.stdout", "/etc/passwd"),
                reached(handler(List.of("io.katacontainers.*", "run.oci.hooks.stdout"), none), pod));
    }

    @Test
    void aLimitBelowTheFloorIsRefused() throws Exception {
        var request = Requests.plain(
                config -> config.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(4 << 20));
        var handler = handler(List.of(), ByteSize.parse("12MiB"));
        var wanted = Requests.by(Requests.wanted(request), handler);
        var e = assertThrows(SandboxException.Invalid.class, () -> new ResourcesPart().add(wanted, Spec.EMPTY));
        assertTrue(String.valueOf(e.getMessage()).contains("12MiB"), e.getMessage());
        var spec = Spec.EMPTY.with(s -> s.process = Process.EMPTY);
        new ResourcesPart().add(Requests.by(wanted, handler(List.of(), new ByteSize(0))), spec);
    }

    @Test
    void recursiveReadOnlyIsRefusedWhereItWouldBeForgotten() {
        var request = Requests.plain(config -> config.addMounts(Mount.newBuilder()
                .setContainerPath("/data")
                .setHostPath("/tmp")
                .setReadonly(true)
                .setRecursiveReadOnly(true)));
        var wanted = Requests.by(Requests.wanted(request), handler(List.of(), new ByteSize(0)));
        assertThrows(
                SandboxException.RecursiveReadOnlyUnsupported.class,
                () -> new RequestMountsPart().add(wanted, Spec.EMPTY));
    }
}
