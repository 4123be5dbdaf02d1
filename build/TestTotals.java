import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// Adds up the reports of a test run and lists what was skipped, with the reasons.
///
/// `java build/TestTotals.java TOP` reads every `TOP/*/target/surefire-reports/TEST-*.xml`. A skipped test is
/// accepted only when a line of `TOP/build/may-skip` (a regular expression) matches its "Class.test: reason".
/// Exit code: 0 all passed, 1 a test failed, 2 a test was skipped that must run here, 3 no test ran.
public final class TestTotals {
    private record Case(String name, Result result, String reason) {}

    private enum Result {
        PASSED,
        FAILED,
        SKIPPED
    }

    public static void main(String[] args) throws Exception {
        Path top = Path.of(args[0]);
        List<Case> cases = new ArrayList<>();
        try (var modules = Files.newDirectoryStream(top)) {
            for (Path module : modules) {
                read(module.resolve("target/surefire-reports"), cases);
            }
        }
        List<Pattern> maySkip = patterns(top.resolve("build/may-skip"));
        List<Case> failed = all(cases, Result.FAILED);
        List<Case> skipped = all(cases, Result.SKIPPED);
        List<Case> wrongly = skipped.stream()
                .filter(c -> maySkip.stream().noneMatch(p -> p.matcher(line(c)).find()))
                .toList();

        print("Skipped, with the reasons:", skipped);
        print("Failed:", failed);
        print("Skipped, but required on this machine (build/may-skip lists what need not run):", wrongly);
        System.out.printf(
                "%d passed, %d failed, %d skipped%n",
                cases.size() - failed.size() - skipped.size(), failed.size(), skipped.size());
        System.exit(cases.isEmpty() ? 3 : !failed.isEmpty() ? 1 : !wrongly.isEmpty() ? 2 : 0);
    }

    private static void read(Path reports, List<Case> into) throws Exception {
        if (!Files.isDirectory(reports)) {
            return;
        }
        try (var files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
            for (Path file : files) {
                NodeList tests = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(file.toFile())
                        .getElementsByTagName("testcase");
                for (int i = 0; i < tests.getLength(); i++) {
                    into.add(toCase((Element) tests.item(i)));
                }
            }
        }
    }

    private static Case toCase(Element test) {
        String name = test.getAttribute("classname").replaceFirst(".*\\.", "") + "." + test.getAttribute("name");
        for (String tag : List.of("failure", "error")) {
            if (test.getElementsByTagName(tag).item(0) instanceof Element e) {
                return new Case(name, Result.FAILED, message(e));
            }
        }
        if (test.getElementsByTagName("skipped").item(0) instanceof Element e) {
            return new Case(name, Result.SKIPPED, message(e));
        }
        return new Case(name, Result.PASSED, "");
    }

    private static String message(Element e) {
        String text = e.getAttribute("message").isEmpty() ? e.getTextContent() : e.getAttribute("message");
        return text.strip().replaceFirst("^Assumption failed: ", "").lines().findFirst().orElse("no reason given");
    }

    private static List<Case> all(List<Case> cases, Result result) {
        return cases.stream().filter(c -> c.result() == result).toList();
    }

    private static String line(Case c) {
        return c.name() + ": " + c.reason();
    }

    private static void print(String title, List<Case> cases) {
        if (!cases.isEmpty()) {
            System.out.println(title);
            cases.forEach(c -> System.out.println("  " + line(c)));
            System.out.println();
        }
    }

    private static List<Pattern> patterns(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(l -> !l.isBlank() && !l.startsWith("#"))
                .map(Pattern::compile)
                .toList();
    }
}
