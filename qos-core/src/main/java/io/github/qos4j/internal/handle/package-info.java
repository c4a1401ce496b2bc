/**
 * The machinery of a handle: how it opens and is opened again, and how its flows are put
 * in force and out of force.
 */
@NullMarked
package io.github.qos4j.internal.handle;

import org.jspecify.annotations.NullMarked;
