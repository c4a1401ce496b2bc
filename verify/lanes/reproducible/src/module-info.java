/** An application on the module path. */
module opening {

	requires io.github.qos4j;

}
