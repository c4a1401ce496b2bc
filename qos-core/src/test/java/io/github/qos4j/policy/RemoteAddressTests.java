package io.github.qos4j.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link RemoteAddress}.
 */
class RemoteAddressTests {

	@ParameterizedTest
	@CsvSource({ "10.1.2.3, 10.1.2.3", "10.0.0.0/8, 10.255.255.255", "10.8.0.0/13, 10.15.1.1", "128.0.0.0/1, 255.1.1.1",
			"0.0.0.0/0, 1.2.3.4", "10.1.2.2/31, 10.1.2.3", "2001:db8::/32, 2001:db8:1::1", "2001:db8::/29, 2001:dbf::1",
			"8000::/1, ffff::1", "::/0, 1.2.3.4", "::1, ::1", "[::1], ::1", "::ffff:10.1.2.3, 10.1.2.3",
			"::ffff:10.0.0.0/104, 10.1.2.3", "10.0.0.0/8, ::ffff:10.1.2.3", "::ffff:0:0/96, 10.1.2.3" })
	void matches(String peers, String address) throws UnknownHostException {
		assertThat(matches(RemoteAddress.parse(peers), address)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "10.1.2.3, 10.1.2.4", "10.0.0.0/8, 11.0.0.0", "10.8.0.0/13, 10.16.0.0", "10.8.0.0/13, 10.7.255.255",
			"128.0.0.0/1, 127.1.1.1", "0.0.0.0/0, 2001:db8::1", "2001:db8::/29, 2001:dc0::1", "8000::/1, 7fff::1",
			"10.0.0.0/8, ::10.0.0.1", "::1, ::2" })
	void doesNotMatch(String peers, String address) throws UnknownHostException {
		assertThat(matches(RemoteAddress.parse(peers), address)).isFalse();
	}

	private static boolean matches(RemoteAddress peers, String address) throws UnknownHostException {
		return peers.matches(new InetSocketAddress(InetAddress.getByName(address), 1), HostAddresses.UNKNOWN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.1/8",
			"2001:db8::1/64", "::/129", "256.1.1.1", "10.1.2", "1", "010.1.2.3", "a b", "-a.example", "a..b", "/8",
			"example.org/24", "media.example.org:5060", "10.1.2.3:5060", "fe80::1%eth0", "[::1", "beef:5060", "::g",
			"::ffff:10.0.0.0/80", "*.example.org" })
	void refusesWhatIsNeitherHostNorAddressNorNetwork(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> RemoteAddress.parse(text))
			.withMessageContaining("'" + text + "'");
	}

	@Test
	void hostMatchesPeerThatWasAskedForByItsName() {
		RemoteAddress host = RemoteAddress.parse("Media.example.org.");
		assertThat(host.isHost()).isTrue();
		assertThat(host.matches(InetSocketAddress.createUnresolved("MEDIA.example.org", 1), HostAddresses.UNKNOWN))
			.isTrue();
		assertThat(host.matches(InetSocketAddress.createUnresolved("example.org", 1), HostAddresses.UNKNOWN)).isFalse();
	}

	@Test
	void hostMatchesItsAddresses() throws UnknownHostException {
		InetAddress address = InetAddress.getByAddress(new byte[] { 10, 0, 0, 1 });
		HostAddresses known = (name) -> name.equals("media.example.org") ? Set.of(address) : Set.of();
		assertThat(RemoteAddress.parse("media.example.org").matches(new InetSocketAddress(address, 1), known)).isTrue();
		assertThat(RemoteAddress.parse("other.example.org").matches(new InetSocketAddress(address, 1), known))
			.isFalse();
	}

	@Test
	void unresolvedPeerIsInNoNetwork() {
		assertThat(RemoteAddress.parse("::/0")
			.matches(InetSocketAddress.createUnresolved("example.org", 1), HostAddresses.UNKNOWN)).isFalse();
	}

	@Test
	void isTheSameHoweverItIsWritten() {
		assertThat(RemoteAddress.parse("10.0.0.0/8")).isEqualTo(RemoteAddress.parse("::ffff:10.0.0.0/104"))
			.hasSameHashCodeAs(RemoteAddress.parse(" 10.0.0.0/8 "))
			.isNotEqualTo(RemoteAddress.parse("10.0.0.0/9"));
		assertThat(RemoteAddress.parse("A.example.")).isEqualTo(RemoteAddress.parse("a.EXAMPLE"));
		assertThat(RemoteAddress.parse("2001:db8::")).isEqualTo(RemoteAddress.parse("2001:0DB8:0::0/128"));
		assertThat(RemoteAddress.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
	}

	@Test
	void hostIsMoreSpecificThanAddressAndAddressThanNetwork() {
		assertThat(new String[] { "a.example", "::1", "10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "2001:db8::/32" })
			.extracting((text) -> RemoteAddress.parse(text).specificity())
			.containsExactly(129, 128, 128, 120, 104, 32);
	}

}
