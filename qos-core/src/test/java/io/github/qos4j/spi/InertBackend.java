package io.github.qos4j.spi;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;

/**
 * A backend that offers nothing, for tests that need a part of one.
 */
public class InertBackend implements QosBackend {

	@Override
	public String name() {
		return "inert";
	}

	@Override
	public Availability availability() {
		return Availability.yes();
	}

	@Override
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		throw new QosException(ErrorCase.NOT_SUPPORTED, "There are no sessions", null, null);
	}

}
