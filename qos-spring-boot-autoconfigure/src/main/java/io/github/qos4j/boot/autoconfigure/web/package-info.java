/**
 * Auto-configuration that marks requests.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
