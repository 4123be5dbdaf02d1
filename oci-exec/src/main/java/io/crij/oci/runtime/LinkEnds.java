package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.O_DIRECTORY;
import static io.crij.linux.abi.FileFlags.O_PATH;
import static io.crij.linux.abi.FileFlags.S_IFREG;

import io.crij.linux.Errno;
import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Makes what a link of the image leads to where that is missing: `/var/run` -> `/run` in an image without `/run`.
///
/// The program learns the link's text only when it runs, so it takes it apart itself, byte for byte: memory files do
/// for the arithmetic that programs lack. Every name is made in a folder that was found below the root, so no text
/// leads out of it. A subroutine, since it is rare and the same for every target: who calls it leaves his number.
final class LinkEnds {
    private static final int LONGEST_LINK = 512;
    private static final int LONGEST_PATH = 1024;
    private static final int LONGEST_FOLDER = LONGEST_PATH - LONGEST_LINK - 8;
    private static final Operand SLASH = Operand.of('/', "'/'");

    private final Setup setup;
    private final ProgramBuilder p;
    private final Label begin;
    private final Register caller;
    private final Register parent;
    private final Register name;
    private final Register folder;
    private final Register folderLength;
    private final Register file;
    private final List<Label> callers = new ArrayList<>();

    /// @param parent open on the folder that a link is in
    LinkEnds(Setup setup, Register parent) {
        this.setup = setup;
        this.p = setup.p;
        this.parent = parent;
        begin = p.label("makeEndOfLink");
        caller = p.register("caller");
        name = p.register("link");
        folder = p.register("folderOfLink");
        folderLength = p.register("folderLength");
        file = p.register("isFile");
    }

    /// Calls the subroutine for `above`/`link`. If it can make nothing, the next open of that path fails as before.
    ///
    /// @param isFile register or number: whether the end is to be a file rather than a folder
    void make(String above, String link, Operand isFile) {
        String prefix = above.isEmpty() ? "" : above + "/";
        int length = prefix.getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_FOLDER) {
            return;
        }
        Label back = p.label("madeEndOf:" + prefix + link);
        p.move(name, p.text(link));
        p.move(folder, p.text(prefix));
        p.move(folderLength, Operand.of(length));
        p.move(file, isFile);
        p.move(caller, Operand.of(callers.size()));
        p.jump(begin);
        p.place(back);
        callers.add(back);
    }

    /// The subroutine itself.
    void emit() {
        if (callers.isEmpty()) {
            return;
        }
        Label past = p.label("pastLinks");
        p.jump(past);
        p.place(begin);
        body();
        p.place(past);
    }

    private void body() {
        Constant link = p.space(LONGEST_LINK, "link");
        Constant character = p.space(8, "character");
        Register length = p.register("linkLength");
        Register text = p.register("text");
        Register path = p.register("path");
        Register part = p.register("name");
        Register dir = p.register("dir");
        Register read = p.register("read");
        Register c = p.register("c");
        Register atEnd = p.register("atEnd");
        Label giveUp = p.label("noLink");
        Label absolute = p.label("absoluteLink");
        Label loop = p.label("nextCharacter");
        Label keep = p.label("keepCharacter");
        Label whole = p.label("wholeName");

        p.call("read a link of the image", Call.READLINKAT, parent, name, link, Operand.of(LONGEST_LINK))
                .tolerate(Errno.EINVAL, Errno.ENOENT)
                .into(length);
        p.branch(length, Condition.LESS, Abi.ONE, giveUp);
        p.branch(length, Condition.EQUAL, Operand.of(LONGEST_LINK), giveUp);
        memory("text", text);
        memory("path", path);
        memory("name", part);
        p.call("keep the link's text", Call.WRITE, text, link, length);
        rewind(text);
        resize(path, LONGEST_PATH);
        resize(part, LONGEST_LINK);
        next(text, character, read, c);
        p.branch(c, Condition.EQUAL, SLASH, absolute);
        p.call("begin at the link's folder", Call.WRITE, path, folder, folderLength);
        open("begin at the link's folder", p.text("."), parent, dir);
        p.jump(loop);
        p.place(absolute);
        p.call("begin at the root", Call.WRITE, path, p.text("./"), Operand.of(2));
        open("begin at the root", p.text("."), setup.root, dir);

        p.place(loop);
        p.move(atEnd, Abi.ZERO);
        p.branch(c, Condition.EQUAL, SLASH, whole);
        p.call("add to the name", Call.WRITE, part, character, Abi.ONE);
        p.place(keep);
        p.call("add to the path", Call.WRITE, path, character, Abi.ONE);
        next(text, character, read, c);
        p.branch(read, Condition.EQUAL, Abi.ONE, loop);
        p.move(atEnd, Abi.ONE);

        p.place(whole);
        oneName(part, path, dir, atEnd, keep);
        for (Register memory : List.of(text, path, part)) {
            setup.steps.close(memory);
        }
        p.place(giveUp);
        for (int i = 0; i < callers.size(); i++) {
            p.branch(caller, Condition.EQUAL, Operand.of(i), callers.get(i));
        }
    }

    /// Makes a name in its folder and goes on to `keep`, with that as the folder; falls through after the last one.
    private void oneName(Register part, Register path, Register dir, Register atEnd, Label keep) {
        Constant made = p.space(LONGEST_LINK + 8, "name");
        Constant soFar = p.space(LONGEST_PATH + 8, "path");
        Label asFolder = p.label("endIsFolder");
        Label done = p.label("endIsMade");
        Label end = p.label("endOfLink");
        String about = "make what a link of the image leads to";
        p.call("take the name", Call.PREAD64, part, made, Operand.of(LONGEST_LINK), Abi.ZERO);
        p.branch(atEnd, Condition.EQUAL, Abi.ZERO, asFolder);
        p.branch(file, Condition.EQUAL, Abi.ZERO, asFolder);
        // the empty name, before and after a slash, is no entry
        p.call(about, Call.MKNODAT, dir, made, Operand.of(S_IFREG | 0644, "S_IFREG|0644"), Abi.ZERO)
                .tolerate(Errno.EEXIST, Errno.ENOENT);
        p.jump(done);
        p.place(asFolder);
        p.call(about, Call.MKDIRAT, dir, made, Abi.octal(0755)).tolerate(Errno.EEXIST, Errno.ENOENT);
        p.place(done);
        setup.steps.close(dir);
        p.branch(atEnd, Condition.EQUAL, Abi.ONE, end);
        p.call("take the path", Call.PREAD64, path, soFar, Operand.of(LONGEST_PATH), Abi.ZERO);
        open("find the folder that a link of the image leads through", soFar, setup.root, dir);
        resize(part, 0);
        rewind(part);
        resize(part, LONGEST_LINK);
        p.jump(keep);
        p.place(end);
    }

    private void open(String about, Operand path, Register below, Register to) {
        setup.steps.open(about, below, path, O_PATH | O_DIRECTORY, 0, Abi.RESOLVE_HOSTILE, to);
    }

    private void next(Register text, Constant character, Register read, Register c) {
        p.call("read a character", Call.READ, text, character, Abi.ONE).into(read);
        p.load(c, character, 2);
    }

    private void memory(String text, Register to) {
        // 1: MFD_CLOEXEC
        p.call("make a memory file", Call.MEMFD_CREATE, p.text(text), Abi.ONE).into(to);
    }

    private void resize(Register memory, int size) {
        p.call("size a memory file", Call.FTRUNCATE, memory, Operand.of(size));
    }

    private void rewind(Register memory) {
        p.call("rewind a memory file", Call.LSEEK, memory, Abi.ZERO, Abi.ZERO);
    }
}
