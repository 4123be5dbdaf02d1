/// Containers of containerd-style shims (runtime v2): a program that stays for each pod, which is told over ttrpc what
/// to do.
@NullMarked
package io.crij.shim;

import org.jspecify.annotations.NullMarked;
