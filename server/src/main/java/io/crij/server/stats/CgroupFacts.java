package io.crij.server.stats;

import static io.crij.linux.abi.FileFlags.O_RDONLY;

import io.crij.linux.At;
import io.crij.linux.CgroupTree;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import java.util.Optional;

/// Reads files of one cgroup that are not held open, on either version. What the kernel does not have is empty, and as
/// a number [FileText#NONE]. For one thread.
final class CgroupFacts {
    private final CgroupTree tree;
    private final String cgroup;
    private final String unified;
    private final FileText text;

    /// @param cgroup of a container; on version 2 the cgroup `container` in it, if it is there
    CgroupFacts(CgroupTree tree, String cgroup, FileText text) throws ErrnoException {
        this.tree = tree;
        this.cgroup = cgroup;
        this.text = text;
        var folder = tree.unified().map(v2 -> v2.folder(cgroup)).orElse("");
        this.unified = v2() && At.exists(Fd.CWD, folder + "/container") ? folder + "/container" : folder;
    }

    boolean v2() {
        return tree.mode() == CgroupTree.Mode.V2;
    }

    /// The file by its name in version 2.
    FileText v2(String file) throws ErrnoException {
        return unified.isEmpty() ? empty() : read(unified + "/" + file);
    }

    /// The file by its name in the version 1 tree of a controller.
    FileText v1(String controller, String file) throws ErrnoException {
        var folder = tree.with(controller).map(hierarchy -> hierarchy.folder(cgroup));
        return folder.isEmpty() ? empty() : read(folder.get() + "/" + file);
    }

    long[] v2(String file, Keys keys) throws ErrnoException {
        return values(v2(file), keys);
    }

    long[] v1(String controller, String file, Keys keys) throws ErrnoException {
        return values(v1(controller, file), keys);
    }

    private static long[] values(FileText text, Keys keys) {
        var values = new long[keys.size()];
        text.values(keys, values);
        return values;
    }

    /// One of the files with pids.
    FileText processes() throws ErrnoException {
        if (v2()) {
            return lines(unified);
        }
        var controller = Optional.of("pids")
                .filter(name -> tree.with(name).isPresent())
                .or(() -> Optional.of("memory").filter(name -> tree.with(name).isPresent()))
                .orElse("cpuacct");
        return lines(
                tree.with(controller).map(hierarchy -> hierarchy.folder(cgroup)).orElse(""));
    }

    private FileText lines(String folder) throws ErrnoException {
        if (folder.isEmpty()) {
            return empty();
        }
        try (Fd file = Fd.open(folder + "/cgroup.procs", O_RDONLY)) {
            text.readAll(file);
            return text;
        } catch (ErrnoException e) {
            return orEmpty(e);
        }
    }

    private FileText read(String path) throws ErrnoException {
        try (Fd file = Fd.open(path, O_RDONLY)) {
            text.read(file);
            return text;
        } catch (ErrnoException e) {
            return orEmpty(e);
        }
    }

    private FileText orEmpty(ErrnoException failure) throws ErrnoException {
        return switch (failure.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.EOPNOTSUPP -> empty();
            default -> throw failure;
        };
    }

    private FileText empty() {
        text.clear();
        return text;
    }
}
