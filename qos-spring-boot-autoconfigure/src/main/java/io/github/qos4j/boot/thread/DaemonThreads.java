package io.github.qos4j.boot.thread;

/**
 * Makes threads that keep neither the JVM nor an application alive.
 */
public final class DaemonThreads {

	private DaemonThreads() {
	}

	/**
	 * Return a daemon thread that is not started.
	 * @param name its name
	 * @param task what it runs
	 * @return the thread
	 */
	public static Thread create(String name, Runnable task) {
		Thread thread = new Thread(null, task, name, 0, false);
		thread.setDaemon(true);
		// Else the class loader of a restarted or undeployed application would live on.
		thread.setContextClassLoader(DaemonThreads.class.getClassLoader());
		return thread;
	}

}
