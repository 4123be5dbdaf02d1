@NullMarked
package io.crij.server.metrics;

import org.jspecify.annotations.NullMarked;
