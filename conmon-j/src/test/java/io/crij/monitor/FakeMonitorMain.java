package io.crij.monitor;

import java.util.Map;

/// The monitor as a process of its own, over a [FakeRuntime].
final class FakeMonitorMain {
    private FakeMonitorMain() {}

    public static void main(String[] arguments) throws Exception {
        Options options = Options.parse(arguments);
        FakeRuntime runtime = new FakeRuntime(options.state().resolve("fake"));
        new MonitorProgram(options).run(new Handlers(Map.of("", runtime)));
    }
}
