package io.crij.oci.program;

/// What a branch asks of its two operands; the ordinal is the number in `init.c`.
public enum Condition {
    EQUAL("=="),
    DIFFERENT("!="),
    /// Signed.
    LESS("<"),
    /// Signed.
    AT_LEAST(">="),
    /// Whether they have a bit in common.
    ANY_BIT("&");

    private final String sign;

    Condition(String sign) {
        this.sign = sign;
    }

    public String sign() {
        return sign;
    }
}
