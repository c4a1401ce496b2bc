package io.github.qos4j.internal.qwave;

import java.io.File;
import java.lang.reflect.Method;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.spi.Availability;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code qwave.dll}: whether it is there and whole, which is another question
 * than whether JNA works.
 */
final class QwaveLibrary {

	private static final String REPAIR = "Repair the files of the system with 'sfc /scannow'. " + Win32Error.INSTALL;

	private QwaveLibrary() {
	}

	/**
	 * Find out whether it can be used. JNA itself was found to work.
	 */
	static Availability check(File dll) {
		if (!dll.isFile()) {
			return Availability.broken(dll + " is missing", Win32Error.INSTALL);
		}
		try {
			load(dll);
			return Availability.yes();
		}
		catch (QosException ex) {
			return Availability.broken(String.valueOf(ex.getMessage()), REPAIR);
		}
	}

	/**
	 * Load it.
	 * @throws QosException if it cannot be loaded or lacks a function
	 */
	static Qwave load(File dll) {
		NativeLibrary library;
		Qwave qwave;
		try {
			qwave = Native.load(dll.getPath(), Qwave.class);
			library = NativeLibrary.getInstance(dll.getPath());
		}
		catch (UnsatisfiedLinkError ex) {
			throw broken(dll + " cannot be loaded: " + reason(ex.getMessage()), ex);
		}
		// Bound now, not when first called: a library without them is of no use.
		for (Method function : Qwave.class.getDeclaredMethods()) {
			try {
				library.getFunction(function.getName());
			}
			catch (UnsatisfiedLinkError ex) {
				throw broken(dll + " lacks the function " + function.getName(), ex);
			}
		}
		return qwave;
	}

	private static QosException broken(String message, UnsatisfiedLinkError cause) {
		return new QosException(ErrorCase.LIBRARY, message, REPAIR, cause);
	}

	/**
	 * Return what the system has said: what follows JNA's own first line.
	 */
	private static String reason(@Nullable String message) {
		return (message != null) ? message.lines().skip(1).findFirst().orElse(message) : "no reason is known";
	}

}
