/**
 * Policies of requests, and those that Windows itself follows.
 */
@NullMarked
package io.github.qos4j.boot.policy;

import org.jspecify.annotations.NullMarked;
