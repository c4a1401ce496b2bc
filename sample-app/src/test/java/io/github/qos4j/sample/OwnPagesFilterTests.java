package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetAddress;

import jakarta.servlet.ServletException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OwnPagesFilter}.
 */
class OwnPagesFilterTests {

	private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

	@ParameterizedTest
	@CsvSource({ "POST, cross-site, 403", "POST, same-site, 403", "DELETE, cross-site, 403", "POST, same-origin, 200",
			"POST, none, 200", "POST, , 200", "GET, cross-site, 200", "OPTIONS, cross-site, 200" })
	void otherSitesChangeNothing(String method, @Nullable String site, int status)
			throws ServletException, IOException {
		MockHttpServletRequest request = new MockHttpServletRequest(method, "/api/flows");
		if (site != null) {
			request.addHeader("Sec-Fetch-Site", site);
		}
		assertThat(filter(request, LOOPBACK).getStatus()).isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "127.0.0.1", "127.0.0.2", "[::1]", "::1" })
	void namesOfThisMachineAreAnswered(String name) throws ServletException, IOException {
		assertThat(filter(request(name), LOOPBACK).getStatus()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.1" })
	void otherNamesAreRefused(String name) throws ServletException, IOException {
		MockHttpServletResponse response = filter(request(name), LOOPBACK);
		assertThat(response.getStatus()).isEqualTo(403);
		assertThat(response.getContentAsString()).contains("listens on loopback");
	}

	@Test
	void whoListensElsewhereHasAnyName() throws ServletException, IOException {
		assertThat(filter(request("sample.example"), null).getStatus()).isEqualTo(200);
		assertThat(filter(request("sample.example"), InetAddress.getByName("192.0.2.1")).getStatus()).isEqualTo(200);
	}

	@Test
	void pageIsNotShownWithinAnother() throws ServletException, IOException {
		assertThat(filter(request("localhost"), LOOPBACK).getHeader("X-Frame-Options")).isEqualTo("DENY");
	}

	private static MockHttpServletRequest request(String name) {
		MockHttpServletRequest request = new MockHttpServletRequest("GET", "/actuator/qos");
		request.setServerName(name);
		return request;
	}

	private static MockHttpServletResponse filter(MockHttpServletRequest request, @Nullable InetAddress address)
			throws ServletException, IOException {
		MockHttpServletResponse response = new MockHttpServletResponse();
		new OwnPagesFilter(address).doFilter(request, response, new MockFilterChain());
		return response;
	}

}
