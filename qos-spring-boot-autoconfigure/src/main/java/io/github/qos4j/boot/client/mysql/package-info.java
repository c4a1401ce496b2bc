/**
 * Marks the connections of MySQL's driver.
 */
@NullMarked
package io.github.qos4j.boot.client.mysql;

import org.jspecify.annotations.NullMarked;
