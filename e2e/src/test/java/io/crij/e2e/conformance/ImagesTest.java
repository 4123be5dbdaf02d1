package io.crij.e2e.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crij.cri.v1.Image;
import io.crij.cri.v1.ImageFilter;
import io.crij.cri.v1.ImageFsInfoRequest;
import io.crij.cri.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.ImageStatusRequest;
import io.crij.cri.v1.ListContainersRequest;
import io.crij.cri.v1.ListImagesRequest;
import io.crij.cri.v1.RemoveImageRequest;
import io.crij.e2e.TestImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Names, ids and removal of images. Each test has an image of its own, which differs by a file.
@ExtendWith(SharedNode.class)
class ImagesTest {
    private static TestImage image(String name) {
        return TestImage.busybox("e2e/images/" + name + ":1").with("etc/which", name);
    }

    private static ImageServiceBlockingStub images(Lab lab) {
        return lab.pods().client().images();
    }

    private static ImageSpec spec(String name) {
        return ImageSpec.newBuilder().setImage(name).build();
    }

    private static boolean has(Lab lab, String name) {
        return images(lab)
                .imageStatus(
                        ImageStatusRequest.newBuilder().setImage(spec(name)).build())
                .hasImage();
    }

    private static Image status(Lab lab, String name) {
        var answer = images(lab)
                .imageStatus(
                        ImageStatusRequest.newBuilder().setImage(spec(name)).build());
        assertTrue(answer.hasImage(), name + " is not here");
        return answer.getImage();
    }

    private static List<Image> listed(Lab lab, String name) {
        return images(lab)
                .listImages(ListImagesRequest.newBuilder()
                        .setFilter(ImageFilter.newBuilder().setImage(spec(name)))
                        .build())
                .getImagesList();
    }

    private static void remove(Lab lab, String name) {
        images(lab)
                .removeImage(
                        RemoveImageRequest.newBuilder().setImage(spec(name)).build());
    }

    @Test
    void idIsTheSameInEveryAnswer(Lab lab) {
        var name = lab.node().registry().push(image("id"));
        var id = lab.pods().pull(name);
        assertEquals(id, status(lab, name).getId());
        assertEquals(List.of(id), listed(lab, name).stream().map(Image::getId).toList());
        var pod = lab.pod("ids");
        var container = pod.create("main", c -> c.setImage(spec(name)), "true");
        assertEquals(id, lab.pods().status(container).getImageId());
        assertEquals(name, lab.pods().status(container).getImage().getImage());
        var one = lab.runtime().listContainers(ListContainersRequest.getDefaultInstance()).getContainersList().stream()
                .filter(c -> c.getId().equals(container))
                .findFirst()
                .orElseThrow();
        assertEquals(id, one.getImageId());
        var byId = pod.create("by-id", c -> c.setImage(spec(id)), "true");
        assertEquals(id, lab.pods().status(byId).getImageId());
    }

    @Test
    void everyKindOfReferenceIsUnderstood(Lab lab) {
        var name = lab.node().registry().push(image("references"));
        var id = lab.pods().pull(name);
        var known = status(lab, name);
        assertEquals(List.of(name), known.getRepoTagsList());
        assertEquals(1, known.getRepoDigestsCount());
        assertTrue(known.getSize() > 0);
        var hex = id.replace("sha256:", "");
        for (var reference : List.of(id, hex, hex.substring(0, 12), known.getRepoDigests(0))) {
            assertEquals(id, status(lab, reference).getId(), reference);
        }
        remove(lab, id);
        assertFalse(has(lab, name));
        // and pulled by its digest it has no tag
        assertEquals(id, lab.pods().pull(known.getRepoDigests(0)));
        assertEquals(List.of(), status(lab, id).getRepoTagsList());
        assertEquals(known.getRepoDigestsList(), status(lab, id).getRepoDigestsList());
        remove(lab, known.getRepoDigests(0));
        assertFalse(has(lab, id));
    }

    @Test
    void aNameWithoutTagIsTheLatest(Lab lab) {
        var name = lab.node().registry().push(image("latest").as("e2e/images/latest:latest"));
        var bare = name.substring(0, name.length() - ":latest".length());
        var id = lab.pods().pull(bare);
        assertEquals(List.of(name), status(lab, bare).getRepoTagsList());
        assertEquals(id, status(lab, name).getId());
    }

    @Test
    void removingOneNameRemovesAllOfThem(Lab lab) {
        var image = image("tags");
        var names = Stream.of("e2e/images/tags:1", "e2e/images/tags:2", "e2e/images/elsewhere:1")
                .map(reference -> lab.node().registry().push(image.as(reference)))
                .toList();
        var ids = names.stream().map(name -> lab.pods().pull(name)).distinct().toList();
        assertEquals(1, ids.size(), "one image has several ids");
        assertEquals(Set.copyOf(names), Set.copyOf(status(lab, ids.getFirst()).getRepoTagsList()));
        assertEquals(1, listed(lab, names.get(1)).size());
        remove(lab, names.getFirst());
        for (var name : names) {
            assertFalse(has(lab, name), name);
        }
        assertEquals(List.of(), listed(lab, ids.getFirst()));
    }

    @Test
    void imagesThatDifferHaveIdsThatDiffer(Lab lab) {
        var names = Stream.of("one", "two", "three")
                .map(name -> lab.node().registry().push(image(name)))
                .toList();
        var ids = names.stream().map(name -> lab.pods().pull(name)).distinct().toList();
        assertEquals(3, ids.size());
        var all = images(lab).listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
                .map(Image::getId)
                .toList();
        assertTrue(all.containsAll(ids), all.toString());
        assertEquals(all.stream().distinct().toList(), all, "an image is listed twice");
    }

    @Test
    void whatIsNotHereIsNoError(Lab lab) {
        assertFalse(has(lab, "localhost/absent:1"));
        assertFalse(has(lab, "sha256:" + "0".repeat(64)));
        assertEquals(List.of(), listed(lab, "localhost/absent:1"));
        remove(lab, "localhost/absent:1");
        remove(lab, "sha256:" + "0".repeat(64));
    }

    @Test
    void removalsAtTheSameTimeAllSucceed(Lab lab) throws Exception {
        var name = lab.node().registry().push(image("removed"));
        lab.pods().pull(name);
        var removals = new ArrayList<FutureTask<Boolean>>();
        for (int i = 0; i < 8; i++) {
            var removal = new FutureTask<>(() -> remove(lab, name), true);
            removals.add(removal);
            Thread.ofVirtual().start(removal);
        }
        for (var removal : removals) {
            assertTrue(removal.get());
        }
        assertFalse(has(lab, name));
    }

    @Test
    void pullsAtTheSameTimeGiveTheSameImage(Lab lab) throws Exception {
        var name = lab.node().registry().push(image("pulled"));
        var pulls = new ArrayList<FutureTask<String>>();
        for (int i = 0; i < 8; i++) {
            var pull = new FutureTask<>(() -> lab.pods().pull(name));
            pulls.add(pull);
            Thread.ofVirtual().start(pull);
        }
        var id = pulls.getFirst().get();
        for (var pull : pulls) {
            assertEquals(id, pull.get());
        }
        assertEquals(1, listed(lab, name).size());
    }

    @Test
    void userOfAnImageIsANumberOrAName(Lab lab) {
        var number = lab.node().registry().push(image("uid").withUser("1002:7"));
        lab.pods().pull(number);
        assertEquals(1002, status(lab, number).getUid().getValue());
        assertEquals("", status(lab, number).getUsername());
        var word = lab.node().registry().push(image("username").withUser("user"));
        lab.pods().pull(word);
        assertFalse(status(lab, word).hasUid());
        assertEquals("user", status(lab, word).getUsername());
    }

    @Test
    void spaceOfImagesAndContainersIsCounted(Lab lab) {
        lab.pods().pull(lab.image());
        var info = images(lab).imageFsInfo(ImageFsInfoRequest.getDefaultInstance());
        assertTrue(info.getImageFilesystems(0).getUsedBytes().getValue() > 0, info.toString());
        assertTrue(info.getImageFilesystems(0).getInodesUsed().getValue() > 0, info.toString());
        assertFalse(info.getImageFilesystems(0).getFsId().getMountpoint().isEmpty());
        assertEquals(1, info.getContainerFilesystemsCount(), info.toString());
    }
}
