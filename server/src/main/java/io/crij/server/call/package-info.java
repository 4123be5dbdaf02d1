@NullMarked
package io.crij.server.call;

import org.jspecify.annotations.NullMarked;
