/// systemd's manager over D-Bus: transient units, their properties, their end (org.freedesktop.systemd1(5)).
@NullMarked
package io.crij.linux.systemd;

import org.jspecify.annotations.NullMarked;
