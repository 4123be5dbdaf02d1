@NullMarked
package io.crij.server.spec;

import org.jspecify.annotations.NullMarked;
