/// A node made of real parts, for black-box tests and benchmarks: a registry, a network namespace with CNI plugins, the
/// built programs or a peer, with folders of their own. Start reading at [io.crij.e2e.Node].
@NullMarked
package io.crij.e2e;

import org.jspecify.annotations.NullMarked;
