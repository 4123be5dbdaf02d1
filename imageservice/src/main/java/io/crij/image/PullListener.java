package io.crij.image;

/// Is told how a pull gets on. Called from several threads, at most some ten times a second for a layer; must not
/// block.
@FunctionalInterface
public interface PullListener {
    PullListener SILENT = progress -> {};

    void progress(LayerProgress progress);
}
