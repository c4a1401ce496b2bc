/**
 * Marks requests: what applications put on their handlers.
 */
@NullMarked
package io.github.qos4j.boot.web;

import org.jspecify.annotations.NullMarked;
