/**
 * Reading of properties: names that are alike, and values that are refused.
 */
@NullMarked
package io.github.qos4j.boot.properties;

import org.jspecify.annotations.NullMarked;
