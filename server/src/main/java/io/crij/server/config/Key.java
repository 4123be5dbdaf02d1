package io.crij.server.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Documents a key of the configuration and bounds it. The key's name is the record component's in snake case.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Key {
    /// What the key is for, in one or more sentences; the reference and the comments of the defaults print it.
    String value();

    /// Smallest value: of a number, of a [ByteSize] in bytes, of a duration in milliseconds.
    long min() default 0;

    /// Largest value, in the same unit.
    long max() default Long.MAX_VALUE;
}
