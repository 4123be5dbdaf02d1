@NullMarked
package io.crij.server.rpc;

import org.jspecify.annotations.NullMarked;
