package servers;

/**
 * What a server uses to accept connections, where there is a choice.
 */
interface Transport {

	String name();

}
