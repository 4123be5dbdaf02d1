package io.crij.image.layer;

import static io.crij.linux.abi.FileFlags.O_CREAT;
import static io.crij.linux.abi.FileFlags.O_EXCL;
import static io.crij.linux.abi.FileFlags.O_NOFOLLOW;
import static io.crij.linux.abi.FileFlags.O_WRONLY;

import io.crij.image.layer.TarEntry.Kind;
import io.crij.image.layer.TarEntry.Piece;
import io.crij.image.layer.UnpackedLayer.RootAttributes;
import io.crij.linux.At;
import io.crij.linux.Device;
import io.crij.linux.Directory;
import io.crij.linux.Errno;
import io.crij.linux.ErrnoException;
import io.crij.linux.Fd;
import io.crij.linux.Stat;
import io.crij.linux.Xattr;
import io.crij.linux.abi.FileFlags;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Unpacks one layer into a folder of its own, in the form overlayfs wants its lower folders: a whiteout is a
/// character
/// device 0:0, an opaque folder has `trusted.overlay.opaque`. The archive is hostile: every parent is opened by
/// [Folders], every file is made new with `O_EXCL | O_NOFOLLOW`, so that nothing outside of the folder can be
/// reached.
/// Device nodes are made as they are: only root can reach the store, and in a container the device filter decides.
///
/// Not thread-safe; makes blocking system calls, so belongs on a platform thread.
final class LayerUnpacker {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String AUFS = ".wh..wh.";
    private static final Device NO_DEVICE = new Device(0, 0);
    private static final int BUFFER = 128 * 1024;
    private static final long DISK_BLOCK = 4096;

    private final Fd root;
    private final Folders folders;
    private final int umask;
    private final TarReader tar;
    private final byte[] heap = new byte[BUFFER];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER);
    private long bytes;
    private long inodes = 1;
    private Optional<RootAttributes> rootAttributes = Optional.empty();

    /// @param root an empty folder, open for reading; stays the caller's
    /// @param umask of this process
    LayerUnpacker(InputStream archive, Fd root, int umask) {
        this.root = root;
        this.folders = new Folders(root);
        this.umask = umask;
        this.tar = new TarReader(archive);
    }

    /// Reads the archive to its end marker.
    ///
    /// @throws EntryFailed when an entry cannot or must not be unpacked
    /// @throws IOException when the archive cannot be read
    UnpackedLayer unpack() throws EntryFailed, IOException {
        try (folders) {
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                // a registry that feeds one entry after the other must not outlive a cancelled pull
                if (Thread.interrupted()) {
                    throw new java.io.InterruptedIOException("unpacking was cancelled");
                }
                unpack(entry);
            }
            folders.finish();
        }
        return new UnpackedLayer(bytes, inodes, folders.implicit(), rootAttributes);
    }

    private void unpack(TarEntry entry) throws EntryFailed, IOException {
        try {
            check(entry);
            EntryPath path = EntryPath.parse(entry.name());
            if (path.name().startsWith(WHITEOUT)) {
                whiteout(path);
            } else if (path.isRoot()) {
                rootFolder(entry);
            } else {
                make(entry, path, folders.get(path.parent()));
            }
        } catch (UnsafeEntry e) {
            throw new EntryFailed(entry.name(), e);
        } catch (ErrnoException e) {
            throw new EntryFailed(entry.name(), e);
        }
    }

    private static void check(TarEntry entry) throws UnsafeEntry {
        // -1 means "leave as it is" to chown
        if (entry.uid() < 0 || entry.uid() >= 0xFFFFFFFFL || entry.gid() < 0 || entry.gid() >= 0xFFFFFFFFL) {
            throw new UnsafeEntry("has the owner " + entry.uid() + ":" + entry.gid() + ", which Linux does not have");
        }
        if (entry.linkName().length() > 4095 || entry.linkName().indexOf('\0') >= 0) {
            throw new UnsafeEntry("has a link target that no file system can hold");
        }
    }

    private void whiteout(EntryPath path) throws ErrnoException, UnsafeEntry {
        if (path.name().equals(OPAQUE)) {
            makeOpaque(folders.get(path.parent()));
            return;
        }
        if (path.name().startsWith(AUFS)) {
            return; // what aufs kept for itself
        }
        String hidden = path.name().substring(WHITEOUT.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new UnsafeEntry("is a whiteout of \"" + hidden + "\"");
        }
        Fd parent = folders.get(path.parent());
        try {
            At.mknod(parent, hidden, FileFlags.S_IFCHR, NO_DEVICE.encoded());
            inodes++;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            // the layer has the name too: that stays, and only what lower layers have is hidden
            if (At.stat(parent, hidden).isDirectory()) {
                makeOpaque(folders.get(path.sibling(hidden).full()));
            }
        }
    }

    private static void makeOpaque(Fd folder) throws ErrnoException {
        Xattr.set(folder, "trusted.overlay.opaque", new byte[] {'y'});
    }

    private void rootFolder(TarEntry entry) throws ErrnoException, UnsafeEntry {
        if (entry.kind() != Kind.DIRECTORY) {
            throw new UnsafeEntry("would replace the layer's root");
        }
        rootAttributes = Optional.of(new RootAttributes(entry.mode(), (int) entry.uid(), (int) entry.gid()));
        describe(root, entry, true);
        folders.setTime("", root, entry.mtimeSeconds(), entry.mtimeNanos());
    }

    private void make(TarEntry entry, EntryPath path, Fd parent) throws IOException, UnsafeEntry {
        switch (entry.kind()) {
            case FILE -> file(entry, path, parent);
            case DIRECTORY -> folder(entry, path, parent);
            case HARD_LINK -> hardLink(entry, path);
            case SYMLINK -> {
                create(path, parent, () -> At.symlink(entry.linkName(), parent, path.name()));
                describe(parent, path.name(), entry);
            }
            case CHAR_DEVICE -> node(entry, path, parent, FileFlags.S_IFCHR);
            case BLOCK_DEVICE -> node(entry, path, parent, FileFlags.S_IFBLK);
            case FIFO -> node(entry, path, parent, FileFlags.S_IFIFO);
        }
    }

    private void file(TarEntry entry, EntryPath path, Fd parent) throws IOException, UnsafeEntry {
        int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
        try (Fd fd = open(entry, path, parent, flags)) {
            if (entry.pieces().isEmpty() && entry.realSize() == entry.size()) {
                copy(fd, entry.size());
            } else {
                for (Piece piece : entry.pieces()) {
                    fd.seek(piece.offset());
                    copy(fd, piece.length());
                }
                fd.truncate(entry.realSize());
            }
            inodes++;
            describe(fd, entry, false);
            At.setTimes(fd, "", entry.mtimeSeconds(), entry.mtimeNanos());
        }
    }

    private Fd open(TarEntry entry, EntryPath path, Fd parent, int flags) throws ErrnoException {
        try {
            return At.open(parent, path.name(), flags, entry.mode() & 0777);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            replace(parent, path);
            return At.open(parent, path.name(), flags, entry.mode() & 0777);
        }
    }

    private void copy(Fd fd, long length) throws IOException {
        for (long left = length; left > 0; ) {
            int filled = 0;
            int wanted = (int) Math.min(BUFFER, left);
            while (filled < wanted) {
                int got = tar.read(heap, filled, wanted - filled);
                if (got < 0) {
                    throw new TarException("the archive ends inside a file");
                }
                filled += got;
            }
            direct.clear().put(heap, 0, filled).flip();
            while (direct.hasRemaining()) {
                fd.write(direct);
            }
            left -= filled;
        }
        bytes += (length + DISK_BLOCK - 1) / DISK_BLOCK * DISK_BLOCK;
    }

    private void folder(TarEntry entry, EntryPath path, Fd parent) throws ErrnoException, UnsafeEntry {
        boolean opaque = false;
        try {
            At.mkdir(parent, path.name(), entry.mode() & 0777);
            inodes++;
            bytes += DISK_BLOCK;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            Stat there = At.stat(parent, path.name());
            if (!there.isDirectory()) {
                opaque = there.isCharDevice() && there.specialDevice().equals(NO_DEVICE);
                replace(parent, path);
                At.mkdir(parent, path.name(), entry.mode() & 0777);
            }
        }
        folders.described(path.full());
        Fd fd = folders.get(path.full());
        if (opaque) {
            makeOpaque(fd); // a whiteout and a new folder of that name: nothing of the lower layers shows
        }
        describe(fd, entry, true);
        folders.setTime(path.full(), fd, entry.mtimeSeconds(), entry.mtimeNanos());
    }

    private void hardLink(TarEntry entry, EntryPath path) throws ErrnoException, UnsafeEntry {
        EntryPath target = EntryPath.ofLinkTarget(entry.linkName());
        if (target.equals(path)) {
            throw new UnsafeEntry("is a hard link to itself");
        }
        // held apart from the cache, which may close what it gave before
        try (Fd from = folders.get(target.parent()).dup()) {
            Fd to = folders.get(path.parent());
            create(path, to, () -> At.link(from, target.name(), to, path.name()));
        } catch (ErrnoException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EPERM) {
                throw new UnsafeEntry("is a hard link to \"" + entry.linkName() + "\", which is no file of this layer");
            }
            throw e;
        }
        inodes--;
    }

    private void node(TarEntry entry, EntryPath path, Fd parent, int type) throws ErrnoException {
        long device = type == FileFlags.S_IFIFO ? 0 : new Device(entry.deviceMajor(), entry.deviceMinor()).encoded();
        create(path, parent, () -> At.mknod(parent, path.name(), type | entry.mode() & 0777, device));
        describe(parent, path.name(), entry);
    }

    @FunctionalInterface
    private interface Creation {
        void run() throws ErrnoException;
    }

    private void create(EntryPath path, Fd parent, Creation creation) throws ErrnoException {
        try {
            creation.run();
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            replace(parent, path);
            creation.run();
        }
        inodes++;
    }

    /// A later entry of the same name wins. Never written through: what is there goes first.
    private void replace(Fd parent, EntryPath path) throws ErrnoException {
        if (At.stat(parent, path.name()).isDirectory()) {
            folders.removed(path.full());
            Directory.deleteTree(parent, path.name());
        } else {
            At.unlink(parent, path.name());
        }
        inodes--;
    }

    /// Owner first, since chown clears the set-user-id bits and `security.capability`.
    private void describe(Fd fd, TarEntry entry, boolean folder) throws ErrnoException {
        if (entry.uid() != 0 || entry.gid() != 0 || folder) {
            fd.chown((int) entry.uid(), (int) entry.gid());
        }
        if (folder || needsChmod(entry.mode())) {
            fd.chmod(entry.mode());
        }
        for (var xattr : entry.xattrs().entrySet()) {
            if (LayerXattrs.isKept(xattr.getKey())) {
                LayerXattrs.set(xattr.getKey(), () -> Xattr.set(fd, xattr.getKey(), xattr.getValue()));
            }
        }
    }

    private void describe(Fd parent, String name, TarEntry entry) throws ErrnoException {
        if (entry.uid() != 0 || entry.gid() != 0) {
            At.chown(parent, name, (int) entry.uid(), (int) entry.gid());
        }
        if (entry.kind() != Kind.SYMLINK && needsChmod(entry.mode())) {
            At.chmod(parent, name, entry.mode());
        }
        for (var xattr : entry.xattrs().entrySet()) {
            if (LayerXattrs.isKept(xattr.getKey())) {
                LayerXattrs.set(xattr.getKey(), () -> Xattr.set(parent, name, xattr.getKey(), xattr.getValue()));
            }
        }
        At.setTimes(parent, name, entry.mtimeSeconds(), entry.mtimeNanos());
    }

    private boolean needsChmod(int mode) {
        return (mode & umask) != 0 || (mode & 07000) != 0;
    }
}
