package io.crij.oci.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Bytes as on runc's command line: `-1`, `1048576`, `512k`, `10M`, `1GiB`; each unit is 1024 times the one before.
final class Size implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(-1|[0-9]{1,18})([KMGTP]?)(I?B)?");
    private static final String UNITS = "KMGTP";

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            throw new TypeConversionException('"' + text + "\" is no size; use a number, perhaps with k, m, g, or -1");
        }
        long number = Long.parseLong(form.group(1));
        int power = form.group(2).isEmpty() ? 0 : UNITS.indexOf(form.group(2)) + 1;
        try {
            return number == -1 ? -1 : Math.multiplyExact(number, 1L << (10 * power));
        } catch (ArithmeticException _) {
            throw new TypeConversionException('"' + text + "\" is more than a machine has");
        }
    }
}
