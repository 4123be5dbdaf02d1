package io.crij.e2e;

/// What is tried on every handler.
enum HandlerStep {
    RUN("pod and container run, output is logged"),
    EXEC_SYNC("exec sync: output and exit code"),
    EXEC_STREAM("exec stream: input, output, exit code"),
    EXEC_TERMINAL("exec with a terminal that is resized"),
    ATTACH("attach: input and output"),
    UPDATE("limits are changed while it runs"),
    STATS("usage is told"),
    RESTART_OF_CRIJ("goes on while crij is killed and comes back"),
    KILL_OF_MONITOR("goes on while conmon-j is killed; no line and no exit code is lost"),
    STOP("stop with a grace, exit code"),
    OUT_OF_MEMORY("killed for want of memory, told as such"),
    REMOVE("nothing is left after it was removed");

    private final String text;

    HandlerStep(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
