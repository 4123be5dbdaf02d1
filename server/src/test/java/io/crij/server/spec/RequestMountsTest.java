package io.crij.server.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.IDMapping;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.MountPropagation;
import io.crij.image.OverlayLayers;
import io.crij.oci.spec.Spec;
import io.crij.sandbox.SandboxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequestMountsTest {
    @TempDir
    Path folder;

    @Test
    void shallowMountsComeFirst() throws Exception {
        var spec = Requests.spec(Requests.plain(c -> c.addMounts(mount("/a/b/c", folder))
                .addMounts(mount("/z", folder))
                .addMounts(mount("/a", folder))));
        assertEquals(
                List.of("/z", "/a", "/a/b/c"),
                spec.mounts().stream()
                        .map(io.crij.oci.spec.Mount::destination)
                        .filter(d -> List.of("/z", "/a", "/a/b/c").contains(d))
                        .toList());
    }

    @Test
    void requestTakesThePlaceOfADefault() throws Exception {
        var spec = Requests.spec(Requests.plain(c -> c.addMounts(mount("/dev/shm/", folder))));
        var shm = spec.mounts().stream()
                .filter(m -> m.destination().equals("/dev/shm"))
                .toList();
        assertEquals(1, shm.size());
        assertEquals(folder.toRealPath().toString(), shm.getFirst().source());
    }

    @Test
    void symbolicLinkOfTheHostIsFollowed() throws Exception {
        var target = Files.createDirectory(folder.resolve("target"));
        var link = Files.createSymbolicLink(folder.resolve("link"), target);
        assertEquals(target.toRealPath().toString(), only(mount("/m", link)).source());
    }

    @Test
    void missingSourceIsMadeAsAFolder() throws Exception {
        var missing = folder.resolve("x/y");
        only(mount("/m", missing));
        assertTrue(Files.isDirectory(missing));
    }

    @Test
    void readOnlyAndItsRecursiveForm() throws Exception {
        assertEquals(
                List.of("rbind", "rprivate", "rw"), only(mount("/m", folder)).options());
        assertEquals(
                List.of("rbind", "rprivate", "ro", "noexec"),
                only(mount("/m", folder).setReadonly(true).addMountOptions("noexec"))
                        .options());
        assertEquals(
                List.of("rbind", "rprivate", "rro"),
                only(mount("/m", folder).setReadonly(true).setRecursiveReadOnly(true))
                        .options());
    }

    @Test
    void wrongMountsAreRefused() {
        refused("recursive_read_only", m -> m.setRecursiveReadOnly(true));
        refused(
                "recursive_read_only",
                m -> m.setRecursiveReadOnly(true)
                        .setReadonly(true)
                        .setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER));
        refused("mount_options", m -> m.addMountOptions("suid"));
        refused("container_path", m -> m.setContainerPath(""));
        refused("container_path", m -> m.setContainerPath("/x/.."));
        refused("host_path", m -> m.setHostPath("relative"));
        refused("uidMappings", m -> m.addUidMappings(IDMapping.newBuilder().setLength(1)));
        refused("propagation", m -> m.setPropagationValue(9));
    }

    @Test
    void rootTravelsAsFarAsItsMountsNeed() throws Exception {
        assertEquals("rprivate", Requests.spec(Requests.plain(_ -> {})).linux().rootfsPropagation());
    }

    @Test
    void idMappingsArePassedOn() throws Exception {
        var mapping = IDMapping.newBuilder().setHostId(1000).setContainerId(0).setLength(10);
        var mount = only(mount("/m", folder).addUidMappings(mapping).addGidMappings(mapping));
        assertEquals(
                new io.crij.oci.spec.IdMapping(0, 1000, 10), mount.uidMappings().getFirst());
    }

    @Test
    void imageVolumeIsAReadOnlyOverlayOfItsLayers() throws Exception {
        var mount = volume(image("/v"), folder.resolve("top"), folder.resolve("base"));
        assertEquals("overlay", mount.type());
        assertTrue(mount.options().contains("ro"));
        assertTrue(mount.options().contains("lowerdir=" + folder.resolve("top") + ":" + folder.resolve("base")));
    }

    @Test
    void imageVolumeOfOneLayerIsABindMount() throws Exception {
        var mount = volume(image("/v"), folder.resolve("only"));
        assertEquals("bind", mount.type());
        assertEquals(folder.resolve("only").toString(), mount.source());
    }

    @Test
    void subPathStacksTheLayersThatHaveIt() throws Exception {
        var top = Files.createDirectories(folder.resolve("top/data"));
        Files.createDirectories(folder.resolve("middle"));
        var base = Files.createDirectories(folder.resolve("base/data"));
        var mount = volume(
                image("/v").setImageSubPath("data"),
                folder.resolve("top"),
                folder.resolve("middle"),
                folder.resolve("base"));
        assertTrue(mount.options().contains("lowerdir=" + top + ":" + base), mount.toString());
    }

    @Test
    void subPathCannotLeadOutOfTheImage() throws Exception {
        var layer = Files.createDirectories(folder.resolve("layer"));
        Files.createSymbolicLink(layer.resolve("link"), Path.of("/etc"));
        assertThrows(
                SandboxException.ImageVolumeFailed.class,
                () -> volume(image("/v").setImageSubPath("link"), layer));
        assertThrows(SandboxException.Invalid.class, () -> volume(image("/v").setImageSubPath("../etc"), layer));
    }

    @Test
    void fileHidesTheFolderOfALowerLayer() throws Exception {
        var top = Files.createDirectories(folder.resolve("top"));
        Files.writeString(top.resolve("data"), "a file");
        Files.createDirectories(folder.resolve("base/data"));
        assertThrows(
                SandboxException.ImageVolumeFailed.class,
                () -> volume(image("/v").setImageSubPath("data"), top, folder.resolve("base")));
    }

    @Test
    void imageVolumesThatCannotBeAreRefused() {
        assertThrows(SandboxException.Invalid.class, () -> volume(image("/v").setReadonly(false), folder));
        assertThrows(SandboxException.Invalid.class, () -> volume(image("/v").setHostPath("/x"), folder));
        assertThrows(
                SandboxException.ImageVolumeFailed.class,
                () -> Requests.spec(Requests.plain(c -> c.addMounts(image("/v")))));
    }

    private static Mount.Builder image(String path) {
        return Mount.newBuilder()
                .setContainerPath(path)
                .setReadonly(true)
                .setImage(ImageSpec.newBuilder().setImage("vol"));
    }

    private static io.crij.oci.spec.Mount volume(Mount.Builder mount, Path... layers) throws SandboxException {
        var overlay = new OverlayLayers(List.of(layers), Path.of("/upper"), Path.of("/work"));
        var request = Requests.plain(c -> c.addMounts(mount));
        return at(new ContainerSpec().make(Requests.withVolumes(request, Map.of("vol", overlay))), "/v");
    }

    private void refused(String field, Consumer<Mount.Builder> change) {
        var mount = mount("/m", folder);
        change.accept(mount);
        var failure = assertThrows(SandboxException.Invalid.class, () -> only(mount));
        assertTrue(failure.field().endsWith("." + field), failure.field());
    }

    private static io.crij.oci.spec.Mount only(Mount.Builder mount) throws SandboxException {
        return at(Requests.spec(Requests.plain(c -> c.addMounts(mount))), "/m");
    }

    private static io.crij.oci.spec.Mount at(Spec spec, String destination) {
        return spec.mounts().stream()
                .filter(m -> m.destination().equals(destination))
                .findFirst()
                .orElseThrow();
    }

    private static Mount.Builder mount(String containerPath, Path hostPath) {
        return Mount.newBuilder().setContainerPath(containerPath).setHostPath(hostPath.toString());
    }
}
