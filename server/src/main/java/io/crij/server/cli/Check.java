package io.crij.server.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.crij.linux.ErrnoException;
import io.crij.server.check.Finding;
import io.crij.server.check.Finding.Verdict;
import io.crij.server.check.NodeCheck;
import io.crij.server.config.ConfigException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `crij check`.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Asks whether this node is fit to run pods; each line that is not ok says what to do."
                + " Exit code 1 when pods cannot run.")
final class Check implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Mixin
    private OutputFormat output = new OutputFormat();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws ErrnoException, InterruptedException {
        var out = Console.of(spec).out();
        var findings = findings();
        out.println(output.json() ? json(findings) : text(findings));
        out.flush();
        return findings.stream().anyMatch(f -> f.verdict() == Verdict.FAIL) ? ExitCode.FAILED : ExitCode.OK;
    }

    private List<Finding> findings() throws ErrnoException, InterruptedException {
        try {
            return new NodeCheck(options.read()).run();
        } catch (ConfigException e) {
            throw new CliException(ExitCode.FAILED, e);
        }
    }

    private static String text(List<Finding> findings) {
        var text = new StringBuilder();
        int width = findings.stream().mapToInt(f -> f.topic().length()).max().orElse(0);
        for (var f : findings) {
            text.append("%-4s  %s  %s%n"
                    .formatted(word(f), f.topic() + " ".repeat(width - f.topic().length()), f.fact()));
            if (!f.fix().isEmpty()) {
                text.append(" ".repeat(width + 8)).append("-> ").append(f.fix()).append('\n');
            }
        }
        long failed = findings.stream().filter(f -> f.verdict() == Verdict.FAIL).count();
        return text.append(failed == 0 ? "This node is fit to run pods." : "This node cannot run pods yet.")
                .toString();
    }

    private static String json(List<Finding> findings) {
        var document = JsonNodeFactory.instance.objectNode();
        var array = document.putArray("findings");
        for (var f : findings) {
            array.addObject()
                    .put("topic", f.topic())
                    .put("verdict", word(f))
                    .put("fact", f.fact())
                    .put("fix", f.fix());
        }
        return ProtoJson.print(document);
    }

    private static String word(Finding finding) {
        return finding.verdict().name().toLowerCase(Locale.ROOT);
    }
}
