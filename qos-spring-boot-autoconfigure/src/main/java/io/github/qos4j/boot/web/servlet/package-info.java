/**
 * Marks the requests of servlet applications.
 */
@NullMarked
package io.github.qos4j.boot.web.servlet;

import org.jspecify.annotations.NullMarked;
