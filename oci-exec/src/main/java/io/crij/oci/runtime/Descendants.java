package io.crij.oci.runtime;

import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Signal;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What a subreaper has below it: nothing can leave that tree but by ending.
final class Descendants {
    private static final int ROUNDS = 50;

    private Descendants() {}

    /// Kills all of them, again until none is left: new ones may be forked meanwhile.
    static void killAll(int ancestor) {
        for (int round = 0; round < ROUNDS; round++) {
            Set<Integer> living = of(ancestor);
            if (living.isEmpty()) {
                return;
            }
            for (int pid : living) {
                kill(pid);
            }
        }
    }

    private static void kill(int pid) {
        try {
            Signal.KILL.send(pid);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ESRCH) {
                Log.warning("process " + pid + " cannot be killed: " + e.getMessage());
            }
        }
    }

    /// Those that live, zombies are not among them.
    static Set<Integer> of(int ancestor) {
        Map<Integer, Integer> parents = new HashMap<>();
        Set<Integer> living = new HashSet<>();
        try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                read(Integer.parseInt(process.getFileName().toString()), parents, living);
            }
        } catch (IOException | DirectoryIteratorException e) {
            Log.warning("the processes below " + ancestor + " are unknown: " + e.getMessage());
        }
        Set<Integer> family = new HashSet<>(Set.of(ancestor));
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Map.Entry<Integer, Integer> entry : parents.entrySet()) {
                grew |= family.contains(entry.getValue()) && family.add(entry.getKey());
            }
        }
        family.remove(ancestor);
        family.retainAll(living);
        return family;
    }

    private static void read(int pid, Map<Integer, Integer> parents, Set<Integer> living) {
        byte[] buffer = new byte[1024];
        try (Fd file = Fd.open("/proc/" + pid + "/stat", FileFlags.O_RDONLY)) {
            String stat = new String(buffer, 0, file.read(buffer), StandardCharsets.ISO_8859_1);
            // the name, in parentheses, may hold anything
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
            parents.put(pid, Integer.parseInt(fields[1]));
            if (!fields[0].equals("Z") && !fields[0].equals("X")) {
                living.add(pid);
            }
        } catch (ErrnoException | RuntimeException e) {
            // it has ended
        }
    }
}
