/**
 * Records the flows of an application in its Spring Boot tests.
 */
@NullMarked
package io.github.qos4j.boot.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
