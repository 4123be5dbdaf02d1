/// Measurements against the packaged peers, all in one interleaved run: `make bench`. Never a timed test.
@NullMarked
package io.crij.e2e.bench;

import org.jspecify.annotations.NullMarked;
