package io.github.qos4j.internal.jdk;

import java.lang.invoke.MethodHandles;
import java.util.Map;

import com.sun.jna.Function;
import com.sun.jna.JNIEnv;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * Gets the lookup that reads private fields of the JDK. No public API tells a socket's
 * descriptor, reflection would need flags on the command line, and {@code Unsafe} is on
 * its way out; JNI has neither limit, and JNA reaches it.
 *
 * @see <a href=
 * "https://docs.oracle.com/en/java/javase/17/docs/specs/jni/functions.html">JNI
 * functions</a>
 */
final class TrustedLookup {

	/** Index of GetStaticFieldID in the table of JNI functions. */
	private static final int GET_STATIC_FIELD_ID = 144;

	/** Index of GetStaticObjectField in the table of JNI functions. */
	private static final int GET_STATIC_OBJECT_FIELD = 145;

	private static final Map<String, ?> OBJECTS = Map.of(Library.OPTION_ALLOW_OBJECTS, true);

	private TrustedLookup() {
	}

	static MethodHandles.Lookup get() {
		Pointer functions = environment().getPointer(0);
		Object field = function(functions, GET_STATIC_FIELD_ID).invoke(Pointer.class, new Object[] { JNIEnv.CURRENT,
				MethodHandles.Lookup.class, "IMPL_LOOKUP", "Ljava/lang/invoke/MethodHandles$Lookup;" }, OBJECTS);
		return (MethodHandles.Lookup) function(functions, GET_STATIC_OBJECT_FIELD).invoke(MethodHandles.Lookup.class,
				new Object[] { JNIEnv.CURRENT, MethodHandles.Lookup.class, field }, OBJECTS);
	}

	/**
	 * Return this thread's {@code JNIEnv*}. JNA passes it to functions but never returns
	 * it; copying nothing onto it with C's memmove returns its first argument.
	 */
	private static Pointer environment() {
		return (Pointer) NativeLibrary.getInstance(Platform.C_LIBRARY_NAME)
			.getFunction("memmove")
			.invoke(Pointer.class, new Object[] { JNIEnv.CURRENT, JNIEnv.CURRENT, new NativeLong(0) }, OBJECTS);
	}

	private static Function function(Pointer functions, int index) {
		return Function.getFunction(functions.getPointer((long) index * Native.POINTER_SIZE));
	}

}
