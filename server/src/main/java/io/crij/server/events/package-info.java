@NullMarked
package io.crij.server.events;

import org.jspecify.annotations.NullMarked;
