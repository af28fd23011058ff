#define _GNU_SOURCE
#include "cbench.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 64
#define MAX_FILES 16

static int length(ssize_t got) { return got == SIZE ? 0 : got < 0 ? errno : BAD_LENGTH; }

static void put(struct msghdr *m, char *control, int type, const void *data, size_t len) {
	m->msg_control = control;
	m->msg_controllen = CMSG_SPACE(len);
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
}

static int take_files(struct msghdr *m, int want) {
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(want * sizeof(int))) return BAD_CONTROL;
	int fds[MAX_FILES];
	memcpy(fds, CMSG_DATA(c), want * sizeof(int));
	for (int i = 0; i < want; i++)
		if (close(fds[i])) return errno;
	return 0;
}

int c_files(int a, int b, const int *fds, int count, long n) {
	unsigned char buf[SIZE] = {0};
	char out[CMSG_SPACE(MAX_FILES * sizeof(int))], in[sizeof out];
	struct iovec iov = {buf, SIZE};
	int e = 0;
	for (long i = 0; i < n && !e; i++) {
		struct msghdr s = {.msg_iov = &iov, .msg_iovlen = 1}, r = s;
		put(&s, out, SCM_RIGHTS, fds, count * sizeof(int));
		buf[SIZE - 1] = i;
		if ((e = length(sendmsg(a, &s, MSG_NOSIGNAL)))) break;
		r.msg_control = in;
		r.msg_controllen = sizeof in;
		if ((e = length(recvmsg(b, &r, MSG_CMSG_CLOEXEC)))) break;
		e = buf[SIZE - 1] == (unsigned char)i ? take_files(&r, count) : BAD_BYTE;
	}
	return e;
}

static int check_cred(struct msghdr *m, pid_t want) {
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	if (!c || c->cmsg_type != SCM_CREDENTIALS) return BAD_CONTROL;
	struct ucred u;
	memcpy(&u, CMSG_DATA(c), sizeof u);
	return u.pid == want ? 0 : BAD_CONTROL;
}

int c_creds(int a, int b, int set, long n) {
	unsigned char buf[SIZE] = {0};
	char out[CMSG_SPACE(sizeof(struct ucred))], in[256];
	struct iovec iov = {buf, SIZE};
	struct ucred me = {getpid(), getuid(), getgid()};
	int e = 0;
	for (long i = 0; i < n && !e; i++) {
		struct msghdr s = {.msg_iov = &iov, .msg_iovlen = 1}, r = s;
		if (set) put(&s, out, SCM_CREDENTIALS, &me, sizeof me);
		buf[SIZE - 1] = i;
		if ((e = length(sendmsg(a, &s, MSG_NOSIGNAL)))) break;
		r.msg_control = in;
		r.msg_controllen = sizeof in;
		if ((e = length(recvmsg(b, &r, MSG_CMSG_CLOEXEC)))) break;
		e = buf[SIZE - 1] == (unsigned char)i ? check_cred(&r, me.pid) : BAD_BYTE;
	}
	return e;
}
