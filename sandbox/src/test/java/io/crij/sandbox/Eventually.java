package io.crij.sandbox;

import java.util.concurrent.Callable;

/// For what happens on another thread and tells nobody.
final class Eventually {
    private static final int ATTEMPTS = 500;

    private Eventually() {}

    static void holds(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < ATTEMPTS; i++) {
            if (condition.call()) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("did not come true within " + ATTEMPTS * 20 / 1000 + " s");
    }
}
