/// Layers: reading tar archives that may be hostile, and unpacking them as overlayfs wants them.
@NullMarked
package io.crij.image.layer;

import org.jspecify.annotations.NullMarked;
