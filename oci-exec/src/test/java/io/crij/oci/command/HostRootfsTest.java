package io.crij.oci.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.linux.OverlayLayers;
import io.crij.oci.runtime.Rootfs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HostRootfsTest {
    private static final int MOST_LAYERS = 127;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void asManyLayersAsAnImageCanHave(OverlayLayers layers) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "not root");
        assumeTrue(
                layers.compareTo(OverlayLayers.ofThisKernel()) <= 0,
                "the kernel lacks overlays by " + layers + ", it knows " + OverlayLayers.ofThisKernel());
        List<Path> lower = new ArrayList<>();
        for (int i = 0; i < MOST_LAYERS; i++) {
            // with what separates options and layers
            Path layer = Files.createDirectories(folder.resolve("a,b:c\\" + "0123456789abcdef".repeat(4) + i));
            Files.writeString(layer.resolve("file" + i), "of layer " + i);
            Files.writeString(layer.resolve("n"), Integer.toString(i));
            lower.add(layer);
        }
        var overlay = new Rootfs.Overlay(
                lower,
                Optional.of(Files.createDirectories(folder.resolve("upper"))),
                Optional.of(Files.createDirectories(folder.resolve("work"))),
                List.of());
        try {
            Path root = HostRootfs.mount(overlay, folder, layers);
            assertEquals("0", Files.readString(root.resolve("n")));
            assertEquals("of layer 126", Files.readString(root.resolve("file126")));
            Files.writeString(root.resolve("new"), "written");
            assertEquals("written", Files.readString(folder.resolve("upper/new")));
        } finally {
            HostRootfs.unmount(folder);
        }
        assertTrue(Files.notExists(folder.resolve("rootfs")));
    }
}
