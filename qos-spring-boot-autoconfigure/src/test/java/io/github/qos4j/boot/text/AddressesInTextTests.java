package io.github.qos4j.boot.text;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AddressesInText}.
 */
class AddressesInTextTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Cannot send to 192.0.2.1                            | Cannot send to *
			Cannot send to 192.0.2.1:5004.                      | Cannot send to *.
			Cannot send to /192.0.2.1:5004, it says             | Cannot send to *, it says
			udp /192.0.2.7:1 -> media.example.org/192.0.2.1:9   | udp * -> *
			no route to media.example.org/<unresolved>:5004     | no route to *
			(2001:db8::1) and [2001:db8::1]:5004                | (*) and *
			/0:0:0:0:0:0:0:1, ::1, fe80::1%eth0                 | *, *, *
			/[0:0:0:0:0:0:0:1]:80 ::ffff:192.0.2.1              | * *
			for ip6.example.org/2001:db8:0:0:0:0:0:1            | for *
			""")
	void findsAddresses(String text, String without) {
		assertThat(hide(text, "")).isEqualTo(without);
	}

	@ParameterizedTest
	@ValueSource(strings = { "QOSAddSocketToFlow failed: ERROR_NOT_SUPPORTED (50)",
			"use a socket of StandardProtocolFamily.INET, or -Djava.net.preferIPv4Stack=true",
			"net.ipv4.tcp_reflect_tos is 1: a connection", "Use JNA 5.19.1, see Foo::bar", "17.0.15+6" })
	void leavesTheRest(String text) {
		assertThat(hide(text, "udp /192.0.2.7:1 -> media.example.org/192.0.2.1:9")).isEqualTo(text);
	}

	@Test
	void findsHostThatAnotherTextTells() {
		assertThat(hide("Is media.example.org up? MEDIA.example.org:9: no. Not my-media.example.org",
				"udp /192.0.2.7:1 -> media.example.org/192.0.2.1:9"))
			.isEqualTo("Is * up? *: no. Not my-media.example.org");
	}

	@ParameterizedTest
	@ValueSource(strings = {
			"JNA's native library cannot be loaded: /tmp/work/jna6941.tmp: /tmp/work/jna6941.tmp: failed to map",
			"Illegal native access from an unnamed module (file:/home/work/lib/jna-5.19.1.jar)",
			"set it in the manifest of the work's jar in ./work/lib/ or lib/jna.jar or 2/3 of lib" })
	void leavesPaths(String text) {
		assertThat(hide(text, text)).isEqualTo(text);
	}

	@Test
	void leavesWhatIsNotReplaced() {
		String text = "from media.example.org/192.0.2.1:9 to media.example.org";
		assertThat(AddressesInText.replace(text, text, (address) -> address)).isEqualTo(text);
	}

	@Test
	void givesTheAddressAlone() {
		assertThat(AddressesInText.replace("to media.example.org/192.0.2.1:9", "", (address) -> "<" + address + ">"))
			.isEqualTo("to <192.0.2.1:9>");
	}

	private static String hide(String text, String about) {
		return AddressesInText.replace(text, about, (address) -> "*");
	}

}
