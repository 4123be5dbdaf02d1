package io.crij.oci.program;

import io.crij.oci.program.Operand.Constant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A program as text for people, one operation a line:
///
/// ```
///   12  root = openat(CWD, "/var/lib/x", O_PATH|O_DIRECTORY)    ; open the root file system
///   13  if root == -2 goto missing
/// missing:
/// ```
///
/// It is the same on every machine and in every run for the same program, so that tests compare listings.
public final class Listing {
    private static final int COMMENT = 72;

    private final Program program;

    public Listing(Program program) {
        this.program = program;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        List<Operation> operations = program.operations();
        for (int i = 0; i < operations.size(); i++) {
            labelsAt(i, text);
            text.append(line(i, operations.get(i))).append('\n');
        }
        labelsAt(operations.size(), text);
        return text.toString();
    }

    private void labelsAt(int index, StringBuilder text) {
        for (Label label : program.labels()) {
            if (label.index() == index) {
                text.append(label).append(":\n");
            }
        }
    }

    private static String line(int index, Operation o) {
        String line = String.format(Locale.ROOT, "%5d  %s", index, words(o));
        return o.about().isEmpty() ? line : line + " ".repeat(Math.max(1, COMMENT - line.length())) + " ; " + o.about();
    }

    private static String words(Operation o) {
        List<Operand> a = List.of(o.operands());
        return switch (o.kind()) {
            case CALL -> result(o) + o.call().title() + arguments(a) + tolerated(o.tolerated());
            case MOVE -> result(o) + a.getFirst();
            case LOAD -> result(o) + "*" + a.getFirst() + width(o);
            case STORE -> "*" + a.getFirst() + width(o) + " = " + a.get(1);
            case BRANCH -> branch(o, a.getFirst(), a.get(1));
            case FAIL -> "fail " + a.getFirst();
        };
    }

    private static String branch(Operation o, Operand left, Operand right) {
        if (o.detail() == Condition.EQUAL.ordinal() && left instanceof Constant && left.equals(right)) {
            return "goto " + o.target();
        }
        return "if " + left + " " + Condition.values()[o.detail()].sign() + " " + right + " goto " + o.target();
    }

    private static String result(Operation o) {
        return o.to().index() == 0 ? "" : o.to() + " = ";
    }

    private static String width(Operation o) {
        return ":" + o.detail();
    }

    private static String arguments(List<Operand> operands) {
        return operands.stream().map(Operand::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String tolerated(int[] errnos) {
        if (errnos.length == 0) {
            return "";
        }
        if (errnos[0] == Operation.ANY) {
            return " or not";
        }
        return Arrays.stream(errnos)
                .mapToObj(e -> io.crij.linux.Errno.describe(e).replaceFirst(" .*", ""))
                .collect(Collectors.joining("|", " or ", ""));
    }
}
