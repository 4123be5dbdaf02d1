/// The streaming server: exec, attach and port-forward over WebSocket and SPDY/3.1, on URLs that hold for one use.
@NullMarked
package io.crij.server.streaming;

import org.jspecify.annotations.NullMarked;
