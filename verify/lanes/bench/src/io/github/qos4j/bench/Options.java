package io.github.qos4j.bench;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * What a flow of VOICE asks of a socket's options when it is added, and once more when it
 * is closed, without a flow: what the product is compared with.
 */
interface Options {

	/**
	 * Mark a socket and restore it a number of times.
	 */
	void cycle(int descriptor, int times);

	/**
	 * Return those that are made by C, of which Java notices nothing.
	 * @param library the library of {@code cycles.c}
	 */
	static Options inC(String library) {
		Native.register(C.class, library);
		return (descriptor, times) -> {
			int failures = C.cycles(descriptor, times);
			if (failures != 0) {
				throw new IllegalStateException(failures + " calls have failed");
			}
		};
	}

	/**
	 * Return those that are made by JNA in its fastest way: mapped directly, and all
	 * memory there before.
	 */
	static Options byJna() {
		Native.register(LibC.class, Platform.C_LIBRARY_NAME);
		return new Jna();
	}

	/**
	 * The loop in C.
	 */
	final class C {

		static native int cycles(int descriptor, int count);

	}

	/**
	 * The C library.
	 */
	final class LibC {

		static native int getsockopt(int socket, int level, int option, Pointer value, Pointer length)
				throws LastErrorException;

		static native int setsockopt(int socket, int level, int option, Pointer value, int length)
				throws LastErrorException;

	}

	/**
	 * The same calls as those of the loop in C.
	 */
	final class Jna implements Options {

		private static final int SOL_SOCKET = 1;

		private static final int SO_PRIORITY = 12;

		private static final int SO_DOMAIN = 39;

		private static final int AF_INET6 = 10;

		private static final int IPPROTO_IP = 0;

		private static final int IP_TOS = 1;

		private static final int IPPROTO_IPV6 = 41;

		private static final int IPV6_TCLASS = 67;

		private static final int VOICE = 56 << 2;

		private final Memory value = new Memory(Integer.BYTES);

		private final Memory length = new Memory(Integer.BYTES);

		@Override
		public void cycle(int descriptor, int times) {
			for (int i = 0; i < times; i++) {
				boolean ipv6 = get(descriptor, SOL_SOCKET, SO_DOMAIN) == AF_INET6;
				int tos = get(descriptor, IPPROTO_IP, IP_TOS);
				int trafficClass = ipv6 ? get(descriptor, IPPROTO_IPV6, IPV6_TCLASS) : 0;
				int priority = get(descriptor, SOL_SOCKET, SO_PRIORITY);
				set(descriptor, IPPROTO_IP, IP_TOS, VOICE | tos & 3);
				if (ipv6) {
					set(descriptor, IPPROTO_IPV6, IPV6_TCLASS, VOICE | trafficClass & 3);
				}
				set(descriptor, SOL_SOCKET, SO_PRIORITY, 6);
				get(descriptor, SOL_SOCKET, SO_DOMAIN);
				get(descriptor, IPPROTO_IP, IP_TOS);
				if (ipv6) {
					get(descriptor, IPPROTO_IPV6, IPV6_TCLASS);
				}
				get(descriptor, SOL_SOCKET, SO_PRIORITY);
				set(descriptor, IPPROTO_IP, IP_TOS, tos);
				if (ipv6) {
					set(descriptor, IPPROTO_IPV6, IPV6_TCLASS, trafficClass);
				}
				set(descriptor, SOL_SOCKET, SO_PRIORITY, priority);
			}
		}

		private int get(int descriptor, int level, int option) {
			this.length.setInt(0, Integer.BYTES);
			LibC.getsockopt(descriptor, level, option, this.value, this.length);
			return this.value.getInt(0);
		}

		private void set(int descriptor, int level, int option, int newValue) {
			this.value.setInt(0, newValue);
			LibC.setsockopt(descriptor, level, option, this.value, Integer.BYTES);
		}

	}

}
