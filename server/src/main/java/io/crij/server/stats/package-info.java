@NullMarked
package io.crij.server.stats;

import org.jspecify.annotations.NullMarked;
