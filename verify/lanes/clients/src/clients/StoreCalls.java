package clients;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import javax.naming.Context;
import javax.naming.directory.InitialDirContext;

import clients.ClientsProgram.Call;
import clients.ClientsProgram.Calls;
import io.github.qos4j.boot.client.mysql.QosMysqlSocketFactory;
import io.github.qos4j.policy.QosSocketFactory;

import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Clients of stores and brokers. Spring's own are told where to go while they run, and
 * then begin with a new connection.
 */
class StoreCalls implements Calls {

	private final RedisConnectionFactory redis;

	private final CachingConnectionFactory rabbit;

	StoreCalls(RedisConnectionFactory redis, CachingConnectionFactory rabbit) {
		this.redis = redis;
		this.rabbit = rabbit;
	}

	@Override
	public Map<String, Call> calls() {
		return Map.of("Redis", this::redis, "Redis-again", this::redisAgain, "RabbitMQ", this::rabbit, "PostgreSQL",
				(host, port) -> postgresql(host, port, Map.of()), "PostgreSQL-media",
				(host, port) -> postgresql(host, port, Map.of("socketFactoryArg", "media")), "MySQL", this::mysql,
				"LDAP", (host, port) -> ldap(host, port, Map.of()), "LDAP-timeout",
				(host, port) -> ldap(host, port, Map.of("com.sun.jndi.ldap.connect.timeout", "5000")));
	}

	private String redis(String host, int port) {
		((SmartLifecycle) this.redis).stop();
		RedisStandaloneConfiguration server = server();
		server.setHostName(host);
		server.setPort(port);
		((SmartLifecycle) this.redis).start();
		return ping();
	}

	private String redisAgain(String host, int port) {
		RedisStandaloneConfiguration server = server();
		return (server.getHostName().equals(host) && server.getPort() == port) ? ping() : redis(host, port);
	}

	private String ping() {
		try (RedisConnection connection = this.redis.getConnection()) {
			return connection.ping();
		}
	}

	private RedisStandaloneConfiguration server() {
		return (this.redis instanceof LettuceConnectionFactory lettuce) ? lettuce.getStandaloneConfiguration()
				: ((JedisConnectionFactory) this.redis).getStandaloneConfiguration();
	}

	private String rabbit(String host, int port) {
		this.rabbit.setAddresses(List.of(HttpCalls.literal(host) + ":" + port));
		this.rabbit.resetConnection();
		return new RabbitTemplate(this.rabbit).execute((channel) -> channel.queueDeclare().getQueue());
	}

	private String postgresql(String host, int port, Map<String, String> settings) throws Exception {
		Map<String, String> all = new HashMap<>(settings);
		all.put("socketFactory", QosSocketFactory.class.getName());
		all.put("sslmode", "disable");
		return database("jdbc:postgresql://" + HttpCalls.literal(host) + ":" + port + "/postgres", "postgres", all);
	}

	private String mysql(String host, int port) throws Exception {
		return database("jdbc:mysql://" + HttpCalls.literal(host) + ":" + port + "/", "nobody",
				Map.of("socketFactory", QosMysqlSocketFactory.class.getName(), "sslMode", "DISABLED"));
	}

	private String database(String url, String user, Map<String, String> settings) throws Exception {
		Properties properties = new Properties();
		properties.putAll(settings);
		properties.put("user", user);
		try (Connection connection = DriverManager.getConnection(url, properties)) {
			return connection.getMetaData().getDatabaseProductVersion();
		}
	}

	private String ldap(String host, int port, Map<String, String> settings) throws Exception {
		Hashtable<String, Object> environment = new Hashtable<>(settings);
		environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
		environment.put(Context.PROVIDER_URL, HttpCalls.url("ldap", host, port));
		environment.put("java.naming.ldap.factory.socket", QosSocketFactory.class.getName());
		Context context = new InitialDirContext(environment);
		context.close();
		return "bound";
	}

}
