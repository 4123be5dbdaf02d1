/// Constants of the Linux kernel's ABI, as its uapi headers have them. No code.
@NullMarked
package io.crij.linux.abi;

import org.jspecify.annotations.NullMarked;
