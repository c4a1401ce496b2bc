/**
 * Auto-configuration that marks the requests of servlet applications.
 */
@NullMarked
package io.github.qos4j.boot.autoconfigure.web.servlet;

import org.jspecify.annotations.NullMarked;
