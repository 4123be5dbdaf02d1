/// A plugin of the Node Resource Interface, written from the interface's description alone: of the server's half only
/// the messages are used.
@NullMarked
package io.crij.e2e.nri;

import org.jspecify.annotations.NullMarked;
