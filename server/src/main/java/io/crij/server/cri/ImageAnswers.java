package io.crij.server.cri;

import io.crij.cri.v1.ImageSpec;
import io.crij.cri.v1.Int64Value;
import io.crij.image.Image;

/// Images in the words of the schema.
public final class ImageAnswers {
    private ImageAnswers() {}

    public static io.crij.cri.v1.Image item(Image image) {
        var message = io.crij.cri.v1.Image.newBuilder()
                .setId(image.id().toString())
                .addAllRepoTags(image.repoTags())
                .addAllRepoDigests(image.repoDigests())
                .setSize(image.size())
                .setSpec(ImageSpec.newBuilder().setImage(reference(image)).putAllAnnotations(image.annotations()))
                .setPinned(image.pinned());
        user(image.config().user(), message);
        return message.build();
    }

    /// The name with a digest, or what else there is.
    static String reference(Image image) {
        return image.repoDigests().stream().findFirst().orElse(image.id().toString());
    }

    /// The user that the image names: as a number or by name, never both. No user is root.
    private static void user(String user, io.crij.cri.v1.Image.Builder message) {
        int colon = user.indexOf(':');
        var name = colon < 0 ? user : user.substring(0, colon);
        if (name.isEmpty()) {
            message.setUid(Int64Value.newBuilder().setValue(0));
        } else if (name.matches("\\d{1,10}")) {
            message.setUid(Int64Value.newBuilder().setValue(Long.parseLong(name)));
        } else {
            message.setUsername(name);
        }
    }
}
