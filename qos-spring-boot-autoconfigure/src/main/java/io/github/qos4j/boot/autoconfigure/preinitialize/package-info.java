/**
 * What is made ready in the background while an application starts.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.preinitialize;

import org.jspecify.annotations.NullMarked;
