/// What callers of the CRI rely on, over the raw API, one class per area; all of them share one node.
@NullMarked
package io.crij.e2e.conformance;

import org.jspecify.annotations.NullMarked;
