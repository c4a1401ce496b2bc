/*
 * What marking a socket and restoring it takes without anything around it: options are read and written as a
 * flow of VOICE has to when it is added, and once more when it is closed.
 */
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

enum { VOICE = 56 << 2, VOICE_PRIORITY = 6, ECN = 3 };

struct marks { int tos, class, priority; };

static int get(int fd, int level, int option, int *failures)
{
	int value = 0;
	socklen_t length = sizeof value;
	*failures += getsockopt(fd, level, option, &value, &length) != 0;
	return value;
}

static void set(int fd, int level, int option, int value, int *failures)
{
	*failures += setsockopt(fd, level, option, &value, sizeof value) != 0;
}

/* Marks a socket, or gives it certain marks; returns what it had. */
static struct marks change(int fd, const struct marks *target, int *failures)
{
	struct marks before = { 0, 0, 0 };
	int ipv6 = get(fd, SOL_SOCKET, SO_DOMAIN, failures) == AF_INET6;
	before.tos = get(fd, IPPROTO_IP, IP_TOS, failures);
	if (ipv6)
		before.class = get(fd, IPPROTO_IPV6, IPV6_TCLASS, failures);
	before.priority = get(fd, SOL_SOCKET, SO_PRIORITY, failures);
	set(fd, IPPROTO_IP, IP_TOS, target ? target->tos : VOICE | (before.tos & ECN), failures);
	if (ipv6)
		set(fd, IPPROTO_IPV6, IPV6_TCLASS, target ? target->class : VOICE | (before.class & ECN), failures);
	set(fd, SOL_SOCKET, SO_PRIORITY, target ? target->priority : VOICE_PRIORITY, failures);
	return before;
}

/* Returns how many calls have failed. */
int cycles(int fd, int count)
{
	int failures = 0;
	for (int i = 0; i < count; i++) {
		struct marks before = change(fd, 0, &failures);
		change(fd, &before, &failures);
	}
	return failures;
}
