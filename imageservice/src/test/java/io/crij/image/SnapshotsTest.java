package io.crij.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.crij.image.layer.TarBuilder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotsTest {
    @TempDir
    Path folder;

    private FakeRegistry registry;
    private Images images;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "needs root: overlayfs");
        registry = new FakeRegistry();
        images = new Images(ImageSettings.of(folder.resolve("store")).withEnvironment(Map.of()));
    }

    @AfterEach
    void close() {
        if (images != null) {
            images.close();
            registry.close();
        }
    }

    private Digest pulled(TestImage image) throws Exception {
        return images.pull(registry.push("app", image), new Credentials.Anonymous(), PullListener.SILENT)
                .id();
    }

    @Test
    void theKernelShowsTheLayersAsTheImageMeansThem() throws Exception {
        Digest id = pulled(new TestImage()
                .layer(new TarBuilder()
                        .entry("./", '5', "", 0711, 0, 0, 0, 0, 0, new byte[0])
                        .folder("etc")
                        .file("etc/kept", "1")
                        .file("etc/gone", "1")
                        .folder("var")
                        .file("var/hidden", "1")
                        .bytes())
                .layer(new TarBuilder()
                        .folder("etc")
                        .file("etc/.wh.gone", "")
                        .folder("var")
                        .file("var/.wh..wh..opq", "")
                        .file("var/new", "2")
                        .bytes()));
        OverlayLayers overlay = images.snapshots().prepare("c1", id);
        Path merged = Files.createDirectory(folder.resolve("merged"));
        String lower = overlay.lower().stream().map(Path::toString).collect(Collectors.joining(":"));
        String options = "lowerdir=" + lower + ",upperdir=" + overlay.upper() + ",workdir=" + overlay.work();
        int mounted = new ProcessBuilder("mount", "-t", "overlay", "overlay", "-o", options, merged.toString())
                .start()
                .waitFor();
        assumeTrue(mounted == 0, "overlayfs cannot be mounted here");
        try {
            assertEquals("1", Files.readString(merged.resolve("etc/kept")));
            assertFalse(Files.exists(merged.resolve("etc/gone"), LinkOption.NOFOLLOW_LINKS));
            assertFalse(Files.exists(merged.resolve("var/hidden")));
            assertEquals("2", Files.readString(merged.resolve("var/new")));
            assertEquals(0711, (int) Files.getAttribute(merged, "unix:mode") & 07777);
            Files.writeString(merged.resolve("etc/kept"), "mine");
        } finally {
            new ProcessBuilder("umount", merged.toString()).start().waitFor();
        }
        assertEquals("mine", Files.readString(overlay.upper().resolve("etc/kept")));
        assertEquals("1", Files.readString(overlay.lower().getLast().resolve("etc/kept")));
    }

    @Test
    void theSameFoldersComeWhenAskedAgain() throws Exception {
        Digest id = pulled(new TestImage().layer(new TarBuilder().folder("a").bytes()));
        assertEquals(images.snapshots().prepare("c1", id), images.snapshots().prepare("c1", id));
        assertEquals(List.of("c1"), images.snapshots().list());
    }

    @Test
    void removedFoldersAreGone() throws Exception {
        Digest id = pulled(new TestImage().layer(new TarBuilder().folder("a").bytes()));
        OverlayLayers overlay = images.snapshots().prepare("c1", id);
        images.snapshots().remove("c1");
        images.snapshots().remove("c1");
        images.snapshots().remove("unknown");
        assertFalse(Files.exists(overlay.upper()));
        assertTrue(images.snapshots().find("c1").isEmpty());
    }

    @Test
    void aMissingImageIsTold() {
        assertThrows(ImageException.NotFound.class, () -> images.snapshots().prepare("c1", Digest.of(new byte[0])));
    }

    @Test
    void anIdThatIsAPathIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> images.snapshots().prepare("../c1", Digest.of(new byte[0])));
    }

    @Test
    void whatAContainerWritesIsCounted() throws Exception {
        Digest id = pulled(new TestImage().layer(new TarBuilder().folder("a").bytes()));
        Path upper = images.snapshots().prepare("c1", id).upper();
        Files.write(upper.resolve("file"), new byte[100_000]);
        Files.createLink(upper.resolve("same"), upper.resolve("file"));
        for (int i = 0; i < 6000 && images.snapshots().usage("c1").isEmpty(); i++) {
            Thread.sleep(10); // counted by a thread of its own
        }
        DiskUsage usage = images.snapshots().usage("c1").orElseThrow();
        assertEquals(2, usage.inodes());
        assertTrue(usage.bytes() >= 100_000 && usage.bytes() < 200_000, usage.toString());
    }

    private static final String PASSWD =
            "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken:x\nweb:x:33:34:Web:/srv:/bin/false\n";
    private static final String GROUP = "root:x:0:\nweb:x:34:\nlogs:x:50:web,root\nmore:x:51: web \n";

    @Test
    void usersAndGroupsOfAnImageAreRead() throws Exception {
        Digest id = pulled(new TestImage()
                .layer(new TarBuilder()
                        .folder("etc")
                        .file("etc/passwd", "old:x:1:1::/:\n")
                        .bytes())
                .layer(new TarBuilder()
                        .folder("etc")
                        .file("etc/passwd", PASSWD)
                        .file("etc/group", GROUP)
                        .bytes()));
        ImageUsers users = images.users(id);
        assertEquals(33, users.user("web").orElseThrow().uid());
        assertEquals("/srv", users.user(33).orElseThrow().home());
        assertEquals(List.of(50L, 51L), users.supplementaryGroups("web"));
        assertEquals(34, users.group("web").orElseThrow().gid());
        assertTrue(users.user("old").isEmpty());
        assertEquals(2, users.users().size());
    }

    @Test
    void linksOfAnImageDoNotLeadToTheHostsUsers() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "host:x:0:0::/:\n");
        Digest id = pulled(new TestImage()
                .layer(new TarBuilder()
                        .folder("etc")
                        .symlink("etc/passwd", secret.toString())
                        .symlink("etc/group", "../../../../../../../../../../../../usr/lib/../share/groups")
                        .folder("usr")
                        .folder("usr/lib")
                        .folder("usr/share")
                        .symlink("usr/share/groups", "/real/group")
                        .folder("real")
                        .file("real/group", "inside:x:7:\n")
                        .bytes()));
        assertEquals(List.of(), images.users(id).users());
        assertEquals(7, images.users(id).group("inside").orElseThrow().gid());
    }

    @Test
    void hiddenFilesHaveNoUsers() throws Exception {
        byte[] below = new TarBuilder()
                .folder("etc")
                .file("etc/passwd", PASSWD)
                .file("etc/group", GROUP)
                .bytes();
        byte[] above = new TarBuilder().folder("etc").file("etc/.wh.passwd", "").bytes();
        Digest id = pulled(new TestImage().layer(below).layer(above));
        assertEquals(List.of(), images.users(id).users());
        assertEquals(4, images.users(id).groups().size());
        byte[] opaque =
                new TarBuilder().folder("etc").file("etc/.wh..wh..opq", "").bytes();
        assertEquals(
                List.of(),
                images.users(pulled(new TestImage().layer(below).layer(opaque))).groups());
    }

    @Test
    void pipesAndCirclesInPlaceOfFilesAreHarmless() throws Exception {
        Digest id = pulled(new TestImage()
                .layer(new TarBuilder()
                        .folder("etc")
                        .entry("etc/passwd", '6', "", 0644, new byte[0])
                        .symlink("etc/group", "group")
                        .bytes()));
        assertEquals(new ImageUsers(List.of(), List.of()), images.users(id));
    }

    @Test
    void aContainersOwnUsersCountMore() throws Exception {
        Digest id = pulled(new TestImage()
                .layer(new TarBuilder().folder("etc").file("etc/passwd", PASSWD).bytes()));
        Path etc = Files.createDirectory(
                images.snapshots().prepare("c1", id).upper().resolve("etc"));
        Files.writeString(etc.resolve("passwd"), "mine:x:5:5::/:\n");
        assertEquals(
                5, images.snapshots().users("c1").user("mine").orElseThrow().uid());
    }
}
