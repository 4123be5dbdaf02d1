@NullMarked
package io.crij.server.log;

import org.jspecify.annotations.NullMarked;
