/// A plugin of the Node Resource Interface, written from its description alone: nothing of the server's half is used
/// but
/// the messages.
@NullMarked
package io.crij.e2e.nri;

import org.jspecify.annotations.NullMarked;
