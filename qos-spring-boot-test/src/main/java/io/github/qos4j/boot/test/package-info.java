/**
 * What tests of applications assert about the flows that were recorded.
 */
@NullMarked
package io.github.qos4j.boot.test;

import org.jspecify.annotations.NullMarked;
