@NullMarked
package io.crij.server;

import org.jspecify.annotations.NullMarked;
