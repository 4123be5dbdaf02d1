package io.crij.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What a 401 answer asks for (RFC 9110 section 11, `WWW-Authenticate`).
///
/// @param scheme in lower case: `bearer`, `basic`
/// @param parameters names in lower case
record Challenge(String scheme, Map<String, String> parameters) {
    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }

    /// All challenges of all header fields, in order; what cannot be read is left out.
    static List<Challenge> parse(List<String> fields) {
        List<Challenge> challenges = new ArrayList<>();
        for (String field : fields) {
            new Scanner(field).scan(challenges);
        }
        return challenges;
    }

    private static final class Scanner {
        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        void scan(List<Challenge> found) {
            Map<String, String> parameters = new LinkedHashMap<>();
            while (at < text.length()) {
                skip(" ,\t");
                String word = word();
                if (word.isEmpty()) {
                    return;
                }
                skip(" \t");
                if (at < text.length() && text.charAt(at) == '=') {
                    at++;
                    skip(" \t");
                    parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
                } else {
                    parameters = new LinkedHashMap<>();
                    found.add(new Challenge(word.toLowerCase(Locale.ROOT), parameters));
                }
            }
        }

        private void skip(String what) {
            while (at < text.length() && what.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private String word() {
            int from = at;
            while (at < text.length() && " ,\t=\"".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(from, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return word();
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }
    }
}
