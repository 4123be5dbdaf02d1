@NullMarked
package io.crij.server.config;

import org.jspecify.annotations.NullMarked;
