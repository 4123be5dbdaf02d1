/// The bus of the system, as much of it as talking with systemd takes: a few types, calls with their replies, signals.
@NullMarked
package io.crij.linux.dbus;

import org.jspecify.annotations.NullMarked;
