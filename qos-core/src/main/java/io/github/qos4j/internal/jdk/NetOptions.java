package io.github.qos4j.internal.jdk;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicReferenceArray;

import static java.lang.invoke.MethodType.methodType;

/**
 * The JDK's own native functions for socket options that are an int: {@code getsockopt}
 * and {@code setsockopt} with hardly anything around them. They tell no error number.
 * Loading this class fails where the JDK has no such functions. Thread-safe.
 */
public final class NetOptions {

	/** Takes a descriptor, whether to convert the value, level and option. */
	private static final MethodHandle GET;

	/**
	 * Takes a descriptor, whether to convert the value, level, option, value, and whether
	 * to set an option of IPv6 for IPv4 as well.
	 */
	private static final MethodHandle SET;

	private static final MethodHandle GET_NUMBER;

	private static final MethodHandle SET_NUMBER;

	private static final int KEPT = 256;

	/**
	 * The functions take an object with the number. Once it has one it is never changed,
	 * so that any number of threads can share it.
	 */
	private static final AtomicReferenceArray<FileDescriptor> descriptors = new AtomicReferenceArray<>(KEPT);

	static {
		MethodHandles.Lookup lookup = TrustedLookup.get();
		try {
			Class<?> net = Class.forName("sun.nio.ch.Net");
			GET = lookup.findStatic(net, "getIntOption0",
					methodType(int.class, FileDescriptor.class, boolean.class, int.class, int.class));
			SET = lookup.findStatic(net, "setIntOption0", methodType(void.class, FileDescriptor.class, boolean.class,
					int.class, int.class, int.class, boolean.class));
			GET_NUMBER = lookup.findGetter(FileDescriptor.class, "fd", int.class);
			SET_NUMBER = lookup.findSetter(FileDescriptor.class, "fd", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private NetOptions() {
	}

	/**
	 * Return the value of an option.
	 * @param descriptor the socket
	 * @param level the option's level
	 * @param option the option's number
	 * @return the value
	 * @throws IOException if the call fails
	 */
	public static int get(int descriptor, int level, int option) throws IOException {
		try {
			return (int) GET.invokeExact(of(descriptor), false, level, option);
		}
		catch (IOException | RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Set an option.
	 * @param descriptor the socket
	 * @param level the option's level
	 * @param option the option's number
	 * @param value the value
	 * @throws IOException if the call fails
	 */
	public static void set(int descriptor, int level, int option, int value) throws IOException {
		try {
			SET.invokeExact(of(descriptor), false, level, option, value, false);
		}
		catch (IOException | RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static FileDescriptor of(int number) throws Throwable {
		int index = number & KEPT - 1;
		FileDescriptor kept = descriptors.getAcquire(index);
		if (kept != null && (int) GET_NUMBER.invokeExact(kept) == number) {
			return kept;
		}
		FileDescriptor fresh = new FileDescriptor();
		SET_NUMBER.invokeExact(fresh, number);
		descriptors.setRelease(index, fresh);
		return fresh;
	}

}
