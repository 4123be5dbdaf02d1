package io.crij.sandbox;

import java.io.IOException;
import java.util.Collection;

/// Who owns the writable layers of containers; the server joins this with the image store.
public interface RootfsStore {
    /// Gives back what was made for the container; nothing there is no error.
    void release(String containerId) throws IOException;

    /// Gives back everything that was made for other containers than these; called once, at start.
    void releaseAllBut(Collection<String> containerIds) throws IOException;
}
