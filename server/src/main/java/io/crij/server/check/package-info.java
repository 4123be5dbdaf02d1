/// Whether a node is fit: what `crij check` asks.
@NullMarked
package io.crij.server.check;

import org.jspecify.annotations.NullMarked;
