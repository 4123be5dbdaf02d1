package io.crij.oci.runtime;

import io.crij.oci.spec.Linux;
import io.crij.oci.spec.Mount;
import io.crij.oci.spec.Process;
import io.crij.oci.spec.Spec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// What tests of real containers have in common: a box each, and short words for changes of the configuration.
abstract class ContainerTest {
    Box box;

    @BeforeEach
    void openBox() throws Exception {
        box = new Box();
    }

    @AfterEach
    void closeBox() throws Exception {
        box.close();
    }

    static UnaryOperator<Spec> process(Consumer<Process.Edit> change) {
        return spec -> spec.with(s -> s.process = spec.process().with(change));
    }

    static UnaryOperator<Spec> linux(Consumer<Linux.Edit> change) {
        return spec -> spec.with(s -> s.linux = s.linux.with(change));
    }

    static UnaryOperator<Spec> mounts(Mount... more) {
        return spec -> spec.with(s -> s.mounts.addAll(Arrays.asList(more)));
    }

    /// Without seccomp filter and masks, which hide what a test wants to see.
    static UnaryOperator<Spec> open() {
        return linux(l -> {
            l.seccomp = null;
            l.maskedPaths = List.of();
            l.readonlyPaths = List.of();
        });
    }

    static UnaryOperator<Spec> both(UnaryOperator<Spec> one, UnaryOperator<Spec> other) {
        return spec -> other.apply(one.apply(spec));
    }

    /// What the container's shell script wrote.
    String sh(UnaryOperator<Spec> change, String script) throws Exception {
        Box.Outcome outcome = box.run("box", change, "sh", "-c", script);
        return outcome.out() + outcome.err();
    }
}
