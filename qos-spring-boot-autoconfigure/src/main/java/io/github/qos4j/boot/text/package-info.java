/**
 * Texts for those who may not see addresses.
 */
@NullMarked
package io.github.qos4j.boot.text;

import org.jspecify.annotations.NullMarked;
