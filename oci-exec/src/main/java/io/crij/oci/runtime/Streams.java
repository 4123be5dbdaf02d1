package io.crij.oci.runtime;

import static io.crij.linux.abi.FileFlags.AT_EMPTY_PATH;

import io.crij.oci.program.Call;
import io.crij.oci.program.Condition;
import io.crij.oci.program.Label;
import io.crij.oci.program.Operand;
import io.crij.oci.program.Operand.Constant;
import io.crij.oci.program.Operand.Register;
import io.crij.oci.program.ProgramBuilder;

/// The standard streams belong to the user that the process becomes, so that it can open `/dev/stdout`. A device
/// never does: it would be the host's `/dev/null` that changes its owner.
final class Streams {
    private static final int STATX_SIZE = 256;
    private static final int STATX_MODE = 28;
    private static final int STATX_TYPE = 1;

    // S_IFCHR and S_IFBLK have this bit, pipes, sockets, files and folders do not
    private static final int DEVICE = 0x2000;

    private final ProgramBuilder p;

    Streams(ProgramBuilder p) {
        this.p = p;
    }

    /// In the shim, before the process is there.
    ///
    /// @param uid on the host
    void giveTo(long uid, Stdio stdio) {
        if (uid == 0) {
            return;
        }
        switch (stdio) {
            case Stdio.Pipes pipes -> {
                for (int stream = pipes.stdin() ? 0 : 1; stream < 3; stream++) {
                    give(stream, uid);
                }
            }
            case Stdio.Given _ -> {
                Constant stat = p.space(STATX_SIZE, "statx");
                Register mode = p.register("mode");
                for (int stream = 0; stream < 3; stream++) {
                    Label next = p.label("stream" + stream + "Stays");
                    p.call(
                            "see what stream " + stream + " is",
                            Call.STATX,
                            Operand.of(stream),
                            p.text(""),
                            Abi.flags(AT_EMPTY_PATH, "EMPTY_PATH"),
                            Operand.of(STATX_TYPE, "TYPE"),
                            stat);
                    p.load(mode, ProgramBuilder.offset(stat, STATX_MODE), 2);
                    p.branch(mode, Condition.ANY_BIT, Operand.of(DEVICE, "a device"), next);
                    give(stream, uid);
                    p.place(next);
                }
            }
            case Stdio.Terminal _, Stdio.Null _, Stdio.Named _ -> {}
        }
    }

    private void give(int stream, long uid) {
        // on a read-only file system, or one that knows no owners, it stays whose it is
        p.call("give stream " + stream + " to the user", Call.FCHOWN, Operand.of(stream), Operand.of(uid), Abi.NONE)
                .tolerate(io.crij.linux.Errno.EPERM, io.crij.linux.Errno.EROFS, io.crij.linux.Errno.EINVAL);
    }
}
