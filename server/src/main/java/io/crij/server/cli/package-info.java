@NullMarked
package io.crij.server.cli;

import org.jspecify.annotations.NullMarked;
