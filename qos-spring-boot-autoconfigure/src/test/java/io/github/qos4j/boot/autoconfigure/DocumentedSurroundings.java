package io.github.qos4j.boot.autoconfigure;

import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.netty.QosChannelHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import org.jspecify.annotations.NullUnmarked;

/**
 * What the code of the documentation has around it. It is compiled and not run.
 */
@NullUnmarked
public abstract class DocumentedSurroundings {

	protected QosHandle handle;

	protected QosFlow flow;

	protected QosFlowOptions options;

	protected DatagramChannel socket;

	protected InetSocketAddress peer;

	protected byte[] message;

	/** The handler of docs/netty.md. */
	protected QosChannelHandler qos;

	protected EventLoopGroup group;

	protected EventLoopGroup loops;

	protected ChannelHandler initializer;

}
