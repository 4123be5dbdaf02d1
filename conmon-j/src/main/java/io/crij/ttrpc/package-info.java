/// ttrpc, the small RPC protocol of containerd's shims and of NRI plugins: requests and responses in frames over any
/// pair of byte streams. Unary calls only.
@NullMarked
package io.crij.ttrpc;

import org.jspecify.annotations.NullMarked;
