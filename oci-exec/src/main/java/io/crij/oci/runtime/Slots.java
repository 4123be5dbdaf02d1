package io.crij.oci.runtime;

import io.crij.linux.Fd;
import java.util.LinkedHashMap;
import java.util.Map;

/// Numbers of the descriptors that a program starts with or puts in fixed places, in three blocks: the user's (0, 1,
/// 2 and those that are to be preserved), what the container's process needs until it executes the user's program,
/// and what the shim keeps. Everything above is closed.
final class Slots {
    private final int first;
    private final int hooks;
    private final Map<Integer, Fd> given = new LinkedHashMap<>();
    private int next;

    /// @param preserved how many descriptors from 3 on the user's program keeps
    /// @param startHooks how many hooks the process runs after its start
    Slots(int preserved, int startHooks) {
        first = 3 + preserved;
        hooks = startHooks;
        next = firstOfShim();
    }

    private static final int CHILD = 4;

    /// Failures and news are written here.
    int report() {
        return first;
    }

    /// The process reads a byte here before it executes the user's program.
    int go() {
        return first + 1;
    }

    /// The process raises this event when its descriptors are its own.
    int toShim() {
        return first + 2;
    }

    /// The shim raises this event when the process may go on.
    int toChild() {
        return first + 3;
    }

    /// First descriptor that the process does not keep.
    int firstOfShim() {
        return first + CHILD + hooks;
    }

    /// Standard input of a hook that the process runs after its start.
    int startHook(int index) {
        return first + CHILD + index;
    }

    /// Reserves a place and fills it with a descriptor from here.
    int give(Fd fd) {
        int slot = reserve();
        given.put(slot, fd);
        return slot;
    }

    void give(int slot, Fd fd) {
        given.put(slot, fd);
    }

    /// Reserves a place that the program fills.
    int reserve() {
        return next++;
    }

    /// First number that is not reserved.
    int end() {
        return next;
    }

    /// What to start the program with.
    ///
    /// @param filler for places that the program fills later: were they free, anything could get their numbers
    Map<Integer, Fd> given(Fd filler) {
        Map<Integer, Fd> all = new LinkedHashMap<>(given);
        for (int slot = firstOfShim(); slot < next; slot++) {
            all.putIfAbsent(slot, filler);
        }
        return all;
    }
}
