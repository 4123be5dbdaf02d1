package io.crij.oci.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.OverlayLayers;
import io.crij.oci.spec.IdMapping;
import io.crij.oci.spec.Namespace;
import io.crij.oci.spec.Namespace.Type;
import io.crij.oci.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every way to name layers that this kernel knows, each with what the oldest kernels need as well.
class OverlayMountTest {
    private static final List<IdMapping> MAP = List.of(new IdMapping(0, 100000, 65536));
    private static final int MOST_LAYERS = 127;

    private static Box box(OverlayLayers layers) throws Exception {
        assumeTrue(
                layers.compareTo(OverlayLayers.ofThisKernel()) <= 0,
                "the kernel lacks overlays by " + layers + ", it knows " + OverlayLayers.ofThisKernel());
        return new Box(layers);
    }

    private static Rootfs.Overlay overlay(Box box, List<Path> lower) throws Exception {
        Path upper = Files.createDirectories(box.folder.resolve("container/upper"));
        Path work = Files.createDirectories(box.folder.resolve("container/work"));
        return new Rootfs.Overlay(lower, Optional.of(upper), Optional.of(work), List.of());
    }

    private static Box.Outcome run(Box box, Rootfs rootfs, Spec spec, String id) throws Exception {
        try (Shim shim = box.runtime.create(new CreateRequest(id, box.folder, spec, rootfs, new Stdio.Pipes(false)))) {
            box.runtime.start(id);
            return box.outcome(shim);
        }
    }

    private static Spec mapped(Spec spec) {
        return spec.with(s -> s.linux = s.linux.with(l -> {
            l.namespaces.add(Namespace.create(Type.USER));
            l.uidMappings = MAP;
            l.gidMappings = MAP;
        }));
    }

    private static boolean mentioned(Box box) throws Exception {
        return Files.readString(Path.of("/proc/self/mountinfo")).contains(box.folder.toString());
    }

    @ParameterizedTest
    @EnumSource
    void layersCoverEachOtherAndWritesGoUp(OverlayLayers layers) throws Exception {
        try (Box box = box(layers)) {
            Path odd = Files.createDirectories(box.folder.resolve("a,b:c\\d=e/etc"))
                    .getParent();
            Files.writeString(odd.resolve("etc/which"), "top\n");
            Files.writeString(box.rootfs.resolve("etc/which"), "bottom\n");
            // the new interface takes paths as they are written among the options: colons have a meaning there
            Path top = layers == OverlayLayers.MOUNT_OPTIONS ? odd : Files.move(odd, box.folder.resolve("top"));
            var rootfs = overlay(box, List.of(top, box.rootfs));
            String id = box.id("overlay");
            Spec spec = box.spec(id, "sh", "-c", "cat /etc/which; echo x > /etc/new");
            assertEquals(new Box.Outcome("top\n", "", 0), run(box, rootfs, spec, id));
            assertEquals("x\n", Files.readString(box.folder.resolve("container/upper/etc/new")));
            assertFalse(mentioned(box), "the overlay shows on the host");
        }
    }

    @ParameterizedTest
    @EnumSource
    void overlayIsReadOnlyWithoutUpperFolder(OverlayLayers layers) throws Exception {
        try (Box box = box(layers)) {
            Path top = Files.createDirectories(box.folder.resolve("top/etc")).getParent();
            for (List<Path> lower : List.of(List.of(top, box.rootfs), List.of(box.rootfs))) {
                var rootfs = new Rootfs.Overlay(lower, Optional.empty(), Optional.empty(), List.of());
                String id = box.id("readonly" + lower.size());
                Spec spec = box.spec(id, "sh", "-c", "echo x > /etc/new");
                Box.Outcome outcome = run(box, rootfs, spec, id);
                assertTrue(outcome.err().contains("Read-only file system"), outcome.toString());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void asManyLayersAsAnImageCanHave(OverlayLayers layers) throws Exception {
        try (Box box = box(layers)) {
            List<Path> lower = new ArrayList<>();
            for (int i = 0; i < MOST_LAYERS - 1; i++) {
                Path layer = box.folder.resolve("layers/" + "0123456789abcdef".repeat(4) + i);
                Files.writeString(Files.createDirectories(layer.resolve("etc")).resolve("n"), i + "\n");
                lower.add(layer);
            }
            lower.add(box.rootfs);
            for (boolean users : List.of(false, true)) {
                var rootfs = overlay(box, lower);
                String id = box.id("deep" + users);
                Spec plain = box.spec(id, "cat", "/etc/n");
                Box.Outcome outcome = run(box, rootfs, users ? mapped(plain) : plain, id);
                assertEquals(new Box.Outcome("0\n", "", 0), outcome);
            }
            assertFalse(mentioned(box), "layers show on the host");
        }
    }

    @ParameterizedTest
    @EnumSource
    void mappedRootOwnsTheHostsLayers(OverlayLayers layers) throws Exception {
        try (Box box = box(layers)) {
            var rootfs = overlay(box, List.of(box.rootfs));
            String id = box.id("mapped");
            Spec spec = mapped(box.spec(id, "sh", "-c", "echo x > /etc/new && stat -c %u /bin /etc/new"));
            assertEquals(new Box.Outcome("0\n0\n", "", 0), run(box, rootfs, spec, id));
            Path written = box.folder.resolve("container/upper/etc/new");
            assertEquals(0, Files.getAttribute(written, "unix:uid"));
            assertFalse(mentioned(box), "layers show on the host");
        }
    }
}
