package io.crij.sandbox;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

final class FakeRootfs implements RootfsStore {
    final Set<String> made = ConcurrentHashMap.newKeySet();

    @Override
    public void release(String containerId) {
        made.remove(containerId);
    }

    @Override
    public void releaseAllBut(Collection<String> containerIds) {
        made.retainAll(containerIds);
    }
}
