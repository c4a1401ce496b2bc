package io.github.qos4j.boot.endpoint;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosEndpoint} with Spring Security in front of it.
 */
@Timeout(180)
class SecuredEndpointTests {

	private static final String[] NOBODY = {};

	private static final String[] READER = as("reader");

	private static final String[] OPERATOR = as("operator");

	@Test
	void cannotBeChangedByDefaultWhoeverAsks() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, Secured.class)) {
			assertThat(application.get("", NOBODY).status()).isEqualTo(401);
			assertThat(application.get("", READER).status()).isEqualTo(200);
			assertThat(application.post("/pause", "{}", NOBODY).status()).isEqualTo(401);
			assertThat(application.post("/pause", "{}", READER).status()).isEqualTo(403);
			assertThat(application.post("/pause", "{}", OPERATOR).status()).isEqualTo(405);
			assertThat(isPaused(application)).isFalse();
		}
	}

	@Test
	void isChangedByThoseWhoMayOnceAccessIsOpened() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, Secured.class,
				"management.endpoint.qos.access=unrestricted")) {
			assertThat(application.post("/pause", "{}", NOBODY).status()).isEqualTo(401);
			assertThat(application.post("/pause", "{}", READER).status()).isEqualTo(403);
			assertThat(isPaused(application)).isFalse();
			assertThat(application.post("/pause", "{}", OPERATOR).status()).isEqualTo(200);
			assertThat(isPaused(application)).isTrue();
		}
	}

	@Test
	void accessIsLimitedForAllEndpoints() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, Secured.class,
				"management.endpoint.qos.access=unrestricted", "management.endpoints.access.max-permitted=read-only")) {
			assertThat(application.post("/pause", "{}", OPERATOR).status()).isEqualTo(405);
			assertThat(isPaused(application)).isFalse();
		}
	}

	@Test
	void showsAddressesToThoseWhoMaySeeThem() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, Secured.class,
				"management.endpoint.qos.show-values=when-authorized", "management.endpoint.qos.roles=OPERATOR");
				DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
			QosFlow flow = application.bean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
			String path = "/flows/" + flow.id();
			assertThat(application.get(path, READER).<String>at("local")).isEqualTo("******");
			assertThat(application.get(path, OPERATOR).<String>at("local"))
				.isEqualTo("127.0.0.1:" + socket.getLocalPort());
			assertThat(application.get("/flows?peer=127", READER).status()).isEqualTo(400);
			assertThat(application.get("/flows?peer=127", OPERATOR).status()).isEqualTo(200);
		}
	}

	private static boolean isPaused(ActuatorApplication application) {
		return application.bean(QosHandle.class).status().paused();
	}

	private static String[] as(String user) {
		String credentials = user + ":" + user;
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) };
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSecurity
	static class Secured {

		@Bean
		SecurityFilterChain filters(HttpSecurity http) {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeHttpRequests((requests) -> requests.requestMatchers(HttpMethod.POST)
					.hasRole("OPERATOR")
					.anyRequest()
					.authenticated())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		InMemoryUserDetailsManager users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("reader").password("{noop}reader").roles("READER").build(),
					User.withUsername("operator").password("{noop}operator").roles("READER", "OPERATOR").build());
		}

	}

}
