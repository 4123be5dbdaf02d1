package io.crij.sandbox;

import java.nio.file.Path;

/// Where this module keeps what.
///
/// @param state root of what a reboot may take
/// @param data root of what survives one
/// @param netns folder of the pinned network namespaces, shared with others
record Layout(Path state, Path data, Path netns) {
    /// Files of the pods, below it a folder for each.
    Path pods() {
        return state.resolve("pods");
    }

    Path pod(String id) {
        return pods().resolve(id);
    }

    /// Pinned namespaces, below it a folder for each pod. It also marks that the pin in [#net] is ours.
    Path pins() {
        return state.resolve("ns");
    }

    Path pins(String id) {
        return pins().resolve(id);
    }

    Path net(String id) {
        return netns.resolve("crij-" + Ids.shortened(id));
    }

    Path bundle(String id) {
        return state.resolve("containers").resolve(id);
    }

    Path attachments() {
        return data.resolve("cni");
    }
}
