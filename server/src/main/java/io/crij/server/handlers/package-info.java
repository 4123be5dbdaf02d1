/// The runtime handlers of this node: what runs them, and what they can do.
@NullMarked
package io.crij.server.handlers;

import org.jspecify.annotations.NullMarked;
