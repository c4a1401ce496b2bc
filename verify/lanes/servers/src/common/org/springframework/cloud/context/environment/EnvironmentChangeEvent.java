package org.springframework.cloud.context.environment;

import java.util.Set;

import org.springframework.context.ApplicationEvent;

/**
 * In place of Spring Cloud's event, which has this name and tells which properties have
 * changed.
 */
public class EnvironmentChangeEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	private final transient Set<String> keys;

	public EnvironmentChangeEvent(Object context, Set<String> keys) {
		super(context);
		this.keys = keys;
	}

	public Set<String> getKeys() {
		return this.keys;
	}

}
