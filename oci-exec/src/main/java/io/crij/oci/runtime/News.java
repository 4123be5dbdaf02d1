package io.crij.oci.runtime;

/// What a program tells through its report descriptor beside failures: records of 8 bytes, of which the first 4 are
/// the index of the operation that failed or one of these, and the last 4 an error number or a pid.
final class News {
    private static final int MARK = 0x8000_0000;

    /// The process has been cloned; its pid in the host's pid namespace.
    static final int PID = MARK | 1;

    /// The process is set up and waits for the start.
    static final int READY = MARK | 2;

    /// The process waits for the hooks that run outside of it.
    static final int HOOKS = MARK | 3;

    /// The process has loaded a filter that asks an agent, and waits until that has the descriptor, whose number
    /// follows.
    static final int LISTENER = MARK | 4;

    /// The start came, and there is no program to execute.
    static final int NO_PROGRAM = MARK | 5;

    /// The command that a subreaper runs has ended.
    static final int COMMAND_ENDED = MARK | 6;

    /// The master of the container's terminal has come to the subreaper.
    static final int CONSOLE = MARK | 7;

    /// The shim is in a new user namespace and waits for its maps.
    static final int MAPS = MARK | 8;

    static final int SIZE = 8;

    private News() {}

    static OciException noProgram() {
        return new OciException.WrongState(
                "cannot start the container: its configuration has no process.args, so there is"
                        + " no program to run; delete it and create it with one");
    }
}
