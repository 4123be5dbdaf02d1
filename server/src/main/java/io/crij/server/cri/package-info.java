@NullMarked
package io.crij.server.cri;

import org.jspecify.annotations.NullMarked;
