package io.crij.oci.json;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A large value that is the same in most documents, such as the default filter of system calls. The last one is kept
/// with its JSON, so that it is neither written nor read anew. It must be immutable.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Recurring {}
