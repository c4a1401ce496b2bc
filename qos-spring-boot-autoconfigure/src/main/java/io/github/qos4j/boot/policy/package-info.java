/**
 * Policies of requests.
 */
@NullMarked
package io.github.qos4j.boot.policy;

import org.jspecify.annotations.NullMarked;
