#define _GNU_SOURCE
#include "cbench.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static socklen_t fill(struct sockaddr_un *sa, const char *path) {
	memset(sa, 0, sizeof *sa);
	sa->sun_family = AF_UNIX;
	strncpy(sa->sun_path, path, sizeof sa->sun_path - 1);
	return offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
}

static int length(ssize_t got, int want) { return got == want ? 0 : got < 0 ? errno : BAD_LENGTH; }

int c_dgram_exchange(int a, int b, const char *to, const char *from, int size, long n) {
	struct sockaddr_un sa, got;
	socklen_t len = fill(&sa, to);
	unsigned char *buf = calloc(1, size);
	int e = 0;
	for (long i = 0; i < n && !e; i++) {
		buf[size - 1] = i;
		if ((e = length(sendto(a, buf, size, MSG_NOSIGNAL, (struct sockaddr *)&sa, len), size))) break;
		socklen_t gotlen = sizeof got;
		if ((e = length(recvfrom(b, buf, size, 0, (struct sockaddr *)&got, &gotlen), size))) break;
		if (buf[size - 1] != (unsigned char)i) e = BAD_BYTE;
		else if (strcmp(got.sun_path, from)) e = BAD_ADDRESS;
	}
	free(buf);
	return e;
}

int c_dgram_send(int fd, const char *to, const void *p, int size) {
	struct sockaddr_un sa;
	socklen_t len = fill(&sa, to);
	return length(sendto(fd, p, size, MSG_NOSIGNAL, (struct sockaddr *)&sa, len), size);
}

static int accept_one(int listener, struct sockaddr_un *sa, socklen_t len) {
	int c = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (c < 0) return errno;
	int e = connect(c, (struct sockaddr *)sa, len) ? errno : 0;
	int s = e ? -1 : accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (!e && s < 0) e = errno;
	close(c);
	if (s >= 0) close(s);
	return e;
}

int c_accept(int listener, const char *path, long n) {
	struct sockaddr_un sa;
	socklen_t len = fill(&sa, path);
	int e = 0;
	for (long i = 0; i < n && !e; i++) e = accept_one(listener, &sa, len);
	return e;
}
