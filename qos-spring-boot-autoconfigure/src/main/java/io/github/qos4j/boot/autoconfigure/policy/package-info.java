/**
 * Auto-configuration of policies.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.policy;

import org.jspecify.annotations.NullMarked;
