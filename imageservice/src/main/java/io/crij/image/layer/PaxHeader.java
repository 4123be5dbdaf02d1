package io.crij.image.layer;

import io.crij.image.layer.TarEntry.Piece;
import io.crij.linux.KernelString;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The records of a pax extended header, `length key=value`, that change the entry after it (POSIX.1-2017 pax, "pax
/// Extended Header"). Values are bytes: those of `SCHILY.xattr.security.capability` are no text.
final class PaxHeader {
    private static final String XATTR = "SCHILY.xattr.";

    private final Map<String, byte[]> records = new LinkedHashMap<>();
    private final List<Long> sparseNumbers = new ArrayList<>();

    /// Adds the records of one header; those read later win.
    void read(byte[] bytes) throws TarException {
        for (int at = 0; at < bytes.length && bytes[at] != 0; ) {
            int blank = indexOf(bytes, ' ', at, Math.min(bytes.length, at + 12));
            int end = blank < 0 ? at : at + length(bytes, at, blank);
            // a record that ends where it begins would be read for ever
            int equals = end <= at || end > bytes.length ? -1 : indexOf(bytes, '=', blank + 1, end);
            if (equals < 0 || bytes[end - 1] != '\n') {
                throw new TarException("a pax header has a record that is not \"length key=value\"");
            }
            String key = new String(bytes, blank + 1, equals - blank - 1, StandardCharsets.UTF_8);
            put(key, Arrays.copyOfRange(bytes, equals + 1, end - 1));
            at = end;
        }
    }

    void addAll(PaxHeader global) {
        records.putAll(global.records);
    }

    private void put(String key, byte[] value) throws TarException {
        // GNU sparse format 0.0 repeats its keys, so order matters
        if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
            sparseNumbers.add(decimal(value));
        } else if (value.length == 0) {
            records.remove(key);
        } else {
            records.put(key, value);
        }
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(records.get(key)).map(KernelString::decode);
    }

    /// A whole number, without its fraction if it has one.
    long number(String key, long otherwise) throws TarException {
        byte[] value = records.get(key);
        return value == null ? otherwise : decimal(value);
    }

    /// A moment in seconds with a fraction; empty when not set.
    Optional<BigDecimal> time(String key) throws TarException {
        byte[] value = records.get(key);
        if (value == null) {
            return Optional.empty();
        }
        String text = new String(value, StandardCharsets.US_ASCII);
        // an exponent could ask for a number of a billion digits
        if (text.length() > 40 || !text.matches("-?[0-9]+(\\.[0-9]*)?")) {
            throw new TarException("a pax header has the time \"" + text + "\"");
        }
        return Optional.of(new BigDecimal(text.endsWith(".") ? text + "0" : text).setScale(9, RoundingMode.FLOOR));
    }

    Map<String, byte[]> xattrs() {
        Map<String, byte[]> found = new LinkedHashMap<>();
        records.forEach((key, value) -> {
            if (key.startsWith(XATTR)) {
                found.put(key.substring(XATTR.length()), value);
            }
        });
        return found;
    }

    boolean isSparse() {
        return records.containsKey("GNU.sparse.map")
                || records.containsKey("GNU.sparse.major")
                || !sparseNumbers.isEmpty();
    }

    /// Whether the map of pieces stands before the content (format 1.0).
    boolean hasSparseMapInContent() throws TarException {
        return number("GNU.sparse.major", 0) == 1;
    }

    /// The map of formats 0.0 and 0.1.
    List<Piece> pieces() throws TarException {
        List<Long> numbers = sparseNumbers;
        if (records.containsKey("GNU.sparse.map")) {
            numbers = new ArrayList<>();
            for (String number : text("GNU.sparse.map").orElse("").split(",", -1)) {
                numbers.add(decimal(number.getBytes(StandardCharsets.US_ASCII)));
            }
        }
        if (numbers.size() % 2 != 0) {
            throw new TarException("a sparse file's map is not made of pairs");
        }
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i += 2) {
            pieces.add(new Piece(numbers.get(i), numbers.get(i + 1)));
        }
        return pieces;
    }

    private static int length(byte[] bytes, int from, int to) throws TarException {
        long value = decimal(Arrays.copyOfRange(bytes, from, to));
        if (value <= 0 || value > bytes.length) {
            throw new TarException("a pax header has a record of " + value + " bytes");
        }
        return (int) value;
    }

    static long decimal(byte[] digits) throws TarException {
        String text = new String(digits, StandardCharsets.US_ASCII);
        int point = text.indexOf('.');
        try {
            return Long.parseLong(point < 0 ? text : text.substring(0, point));
        } catch (NumberFormatException e) {
            throw new TarException("a pax header has the number \"" + text + "\"");
        }
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
