package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.CDIDevice;
import io.crij.cri.v1.ContainerConfig;
import io.crij.cri.v1.Device;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.Mount;
import io.crij.cri.v1.MountPropagation;
import io.crij.e2e.Shell;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Volumes of the host and of images, devices.
@ExtendWith(SharedNode.class)
class MountsTest {
    private static final String TRY_TO_WRITE = "touch /v/new 2>/dev/null && echo written || echo refused";

    @TempDir
    Path folder;

    @Test
    void volumesAreWritableUnlessReadOnly(Lab lab) {
        var pod = lab.pod("volumes");
        assertEquals("written", pod.script("rw", mount(m -> {}), TRY_TO_WRITE));
        assertTrue(Files.exists(folder.resolve("new")));
        assertEquals("refused", pod.script("ro", mount(m -> m.setReadonly(true)), TRY_TO_WRITE));
        assertEquals(
                "refused", pod.script("rro", mount(m -> m.setReadonly(true).setRecursiveReadOnly(true)), TRY_TO_WRITE));
    }

    @Test
    void optionsOfAVolumeHold(Lab lab) {
        var wish = mount(m -> m.addMountOptions("noexec").addMountOptions("nosuid"));
        var pod = lab.pod("options");
        var output = pod.script("main", wish, "while read -r line; do echo \"$line\"; done < /proc/mounts");
        var line = output.lines().filter(l -> l.contains(" /v ")).findFirst().orElseThrow();
        assertTrue(line.contains("noexec") && line.contains("nosuid"), line);
        var id = pod.create("status", wish, "true");
        assertEquals(
                "[noexec, nosuid]",
                lab.pods().status(id).getMounts(0).getMountOptionsList().toString());
    }

    @Test
    void imageIsAReadOnlyVolume(Lab lab) {
        var imageId = lab.pods().pull(lab.image());
        var pod = lab.pod("image-volume");
        var volume = image(lab, m -> {});
        assertEquals("root\nrefused", pod.script("main", volume, "head -c 4 /v/etc/passwd; echo; " + TRY_TO_WRITE));
        var status = lab.pods().status(pod.create("status", volume, "true")).getMounts(0);
        assertEquals(imageId, status.getImage().getImageRef());
        assertEquals(lab.image(), status.getImage().getImage());
        assertEquals("root", pod.script("sub", image(lab, m -> m.setImageSubPath("etc")), "head -c 4 /v/passwd"));
    }

    @Test
    void imageVolumesThatCannotBeAreRefused(Lab lab) {
        var pod = lab.pod("image-bad");
        refused(lab, pod, "readonly", Status.Code.INVALID_ARGUMENT, image(lab, m -> m.setReadonly(false)));
        var prefix = "ImageVolumeMountFailed: ";
        refused(lab, pod, prefix, Status.Code.FAILED_PRECONDITION, image(lab, m -> m.setImageSubPath("absent")));
        refused(
                lab,
                pod,
                prefix,
                Status.Code.FAILED_PRECONDITION,
                image(lab, m -> m.setImage(ImageSpec.newBuilder().setImage("localhost/absent:1"))));
        refused(lab, pod, "..", Status.Code.INVALID_ARGUMENT, image(lab, m -> m.setImageSubPath("../etc")));
    }

    @Test
    void combinationsThatMakeNoSenseAreRefused(Lab lab) {
        var pod = lab.pod("bad-mounts");
        var invalid = Status.Code.INVALID_ARGUMENT;
        refused(lab, pod, "recursive_read_only", invalid, mount(m -> m.setRecursiveReadOnly(true)));
        refused(
                lab,
                pod,
                "recursive_read_only",
                invalid,
                mount(m -> m.setReadonly(true)
                        .setRecursiveReadOnly(true)
                        .setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL)));
        refused(
                lab,
                pod,
                "recursive_read_only",
                invalid,
                mount(m -> m.setReadonly(true)
                        .setRecursiveReadOnly(true)
                        .setPropagation(MountPropagation.PROPAGATION_HOST_TO_CONTAINER)));
        refused(lab, pod, "propagation", invalid, mount(m -> m.setPropagationValue(77)));
        refused(lab, pod, "mount_options", invalid, mount(m -> m.addMountOptions("dev")));
        refused(lab, pod, "host_path", invalid, mount(m -> m.setHostPath("not/absolute")));
        refused(lab, pod, "container_path", invalid, mount(m -> m.setContainerPath("/")));
    }

    @Test
    void readOnlyReachesWhatIsMountedBelowOnRequestOnly(Lab lab) throws Exception {
        var below = Files.createDirectory(folder.resolve("below"));
        Shell.must("mount", "-t", "tmpfs", "below", below.toString());
        try {
            var script = "touch /v/new 2>/dev/null && echo written || echo refused;"
                    + " touch /v/below/new 2>/dev/null && echo written || echo refused";
            var pod = lab.pod("recursive");
            assertEquals("refused\nwritten", pod.script("ro", mount(m -> m.setReadonly(true)), script));
            assertEquals(
                    "refused\nrefused",
                    pod.script("rro", mount(m -> m.setReadonly(true).setRecursiveReadOnly(true)), script));
        } finally {
            Shell.must("umount", "--lazy", below.toString());
        }
    }

    @Test
    void aVolumeMayBeAFileOrALinkOrNothingYet(Lab lab) throws Exception {
        var target = Files.createDirectory(folder.resolve("target"));
        Files.writeString(target.resolve("file"), "content");
        Files.createSymbolicLink(folder.resolve("link"), target);
        var pod = lab.pod("sources");
        assertEquals(
                "content",
                pod.script(
                        "link", mount(m -> m.setHostPath(folder.resolve("link").toString())), "cat /v/file"));
        assertEquals(
                "content",
                pod.script(
                        "file", mount(m -> m.setHostPath(target.resolve("file").toString())), "cat /v"));
        var absent = folder.resolve("made/on/the/way");
        assertEquals("written", pod.script("absent", mount(m -> m.setHostPath(absent.toString())), TRY_TO_WRITE));
        assertTrue(Files.exists(absent.resolve("new")));
    }

    @Test
    void mountsAreToldInTheStatus(Lab lab) {
        var pod = lab.pod("told");
        var id = pod.create("main", mount(m -> m.setReadonly(true).setRecursiveReadOnly(true)), "true");
        var told = lab.pods().status(id).getMounts(0);
        assertEquals("/v", told.getContainerPath());
        assertEquals(folder.toString(), told.getHostPath());
        assertTrue(told.getReadonly() && told.getRecursiveReadOnly());
    }

    @Test
    void deviceOfTheRequestCanBeUsedAsItSays(Lab lab) {
        var pod = lab.pod("devices");
        var script = "stat -c %t:%T /dev/messages; echo e2e 2>/dev/null > /dev/messages && echo written; true";
        assertTrue(pod.script("w", device("w"), script).endsWith("1:b\nwritten"));
        assertFalse(pod.script("r", device("r"), script).contains("written"));
        refused(lab, pod, "permissions", Status.Code.INVALID_ARGUMENT, device("rx"));
    }

    private static Consumer<ContainerConfig.Builder> device(String permissions) {
        return c -> c.addDevices(Device.newBuilder()
                .setHostPath("/dev/kmsg")
                .setContainerPath("/dev/messages")
                .setPermissions(permissions));
    }

    @Test
    void unknownCdiDeviceIsRefused(Lab lab) {
        var pod = lab.pod("cdi");
        refused(
                lab,
                pod,
                "e2e.crij.io/none=x",
                Status.Code.FAILED_PRECONDITION,
                c -> c.addCDIDevices(CDIDevice.newBuilder().setName("e2e.crij.io/none=x")));
        refused(
                lab,
                pod,
                "CDI_devices",
                Status.Code.INVALID_ARGUMENT,
                c -> c.addCDIDevices(CDIDevice.newBuilder().setName("nonsense")));
    }

    private static void refused(
            Lab lab, Lab.Pod pod, String part, Status.Code code, Consumer<ContainerConfig.Builder> change) {
        Lab.refused(code, part, () -> pod.create("refused", change, "true"));
        assertFalse(lab
                .runtime()
                .listContainers(io.crij.cri.v1.ListContainersRequest.getDefaultInstance())
                .getContainersList()
                .stream()
                .anyMatch(c -> c.getMetadata().getName().equals("refused")));
    }

    private Consumer<ContainerConfig.Builder> mount(Consumer<Mount.Builder> change) {
        var mount = Mount.newBuilder().setContainerPath("/v").setHostPath(folder.toString());
        change.accept(mount);
        return c -> c.addMounts(mount);
    }

    private static Consumer<ContainerConfig.Builder> image(Lab lab, Consumer<Mount.Builder> change) {
        var mount = Mount.newBuilder()
                .setContainerPath("/v")
                .setReadonly(true)
                .setImage(ImageSpec.newBuilder().setImage(lab.image()));
        change.accept(mount);
        return c -> c.addMounts(mount);
    }
}
