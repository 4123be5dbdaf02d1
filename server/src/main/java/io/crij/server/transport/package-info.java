@NullMarked
package io.crij.server.transport;

import org.jspecify.annotations.NullMarked;
