package io.crij.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The names that one layer of an image can have in the store.
///
/// A layer that describes all its folders is the same on top of whatever: it is named by its diff id and shared by
/// all
/// images. One that leaves folders out takes their owner and mode from the layers below: it is named by the chain
/// of
/// these (OCI image-spec "Layer ChainID").
///
/// @param alone name by diff id
/// @param chain name by chain id
record LayerKey(Digest diffId, String alone, String chain) {
    /// For all layers of an image, bottom first.
    static List<LayerKey> of(List<Digest> diffIds) {
        List<LayerKey> keys = new ArrayList<>();
        String chainId = "";
        for (Digest diffId : diffIds) {
            chainId = chainId.isEmpty()
                    ? diffId.toString()
                    : Digest.of((chainId + " " + diffId).getBytes(StandardCharsets.UTF_8))
                            .toString();
            keys.add(new LayerKey(
                    diffId,
                    "diff-" + diffId.hex(),
                    "chain-" + Digest.parse(chainId).hex()));
        }
        return List.copyOf(keys);
    }
}
