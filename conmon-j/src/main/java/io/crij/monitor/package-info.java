/// The container monitor: the `conmon-j` daemon and [io.crij.monitor.MonitorClient], which speaks to it.
@NullMarked
package io.crij.monitor;

import org.jspecify.annotations.NullMarked;
