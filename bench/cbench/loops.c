#define _GNU_SOURCE
#include "cbench.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_BURST 64

typedef struct {
	port p;
	unsigned char *buf;
	struct iovec iov[MAX_BURST];
	struct mmsghdr m[MAX_BURST];
} loop;

static void loop_open(loop *l, port p) {
	memset(l, 0, sizeof *l);
	l->p = p;
	l->buf = calloc(p.burst, p.size);
	for (int i = 0; i < p.burst; i++) {
		l->iov[i].iov_base = l->buf + (size_t)i * p.size;
		l->iov[i].iov_len = p.size;
		l->m[i].msg_hdr.msg_iov = &l->iov[i];
		l->m[i].msg_hdr.msg_iovlen = 1;
	}
}

static unsigned char *last(loop *l, int i) { return l->buf + (size_t)(i + 1) * l->p.size - 1; }

static int length(ssize_t got, int want) {
	if (got == want) return 0;
	return got < 0 ? errno : BAD_LENGTH;
}

static int send_one(loop *l, unsigned char mark) {
	*last(l, 0) = mark;
	ssize_t r = l->p.flavour == MSGHDR ? sendmsg(l->p.fd, &l->m[0].msg_hdr, MSG_NOSIGNAL)
	                                   : send(l->p.fd, l->buf, l->p.size, MSG_NOSIGNAL);
	return length(r, l->p.size);
}

static int recv_one(loop *l, unsigned char mark) {
	ssize_t r = l->p.flavour == MSGHDR ? recvmsg(l->p.fd, &l->m[0].msg_hdr, 0)
	                                   : recv(l->p.fd, l->buf, l->p.size, 0);
	int e = length(r, l->p.size);
	if (e) return e;
	return *last(l, 0) == mark ? 0 : BAD_BYTE;
}

static int send_batch(loop *l, long at, int k) {
	for (int i = 0; i < k; i++) *last(l, i) = (unsigned char)(at + i);
	for (int done = 0; done < k;) {
		int r = sendmmsg(l->p.fd, l->m + done, k - done, MSG_NOSIGNAL);
		if (r <= 0) return errno;
		for (int i = 0; i < r; i++)
			if (l->m[done + i].msg_len != (unsigned)l->p.size) return BAD_LENGTH;
		done += r;
	}
	return 0;
}

// recv_batch takes between 1 and k messages and says how many in *got.
static int recv_batch(loop *l, long at, int k, int *got) {
	int r = recvmmsg(l->p.fd, l->m, k, MSG_WAITFORONE, NULL);
	if (r <= 0) return errno;
	for (int i = 0; i < r; i++) {
		if (l->m[i].msg_len != (unsigned)l->p.size) return BAD_LENGTH;
		if (*last(l, i) != (unsigned char)(at + i)) return BAD_BYTE;
	}
	*got = r;
	return 0;
}

static int send_some(loop *l, long at, long k) {
	int e = 0;
	if (l->p.flavour == MMSG) return send_batch(l, at, k);
	for (long i = 0; i < k && !e; i++) e = send_one(l, at + i);
	return e;
}

static int recv_some(loop *l, long at, long k) {
	int e = 0, got = 1;
	for (long i = 0; i < k && !e; i += got)
		e = l->p.flavour == MMSG ? recv_batch(l, at + i, k - i, &got) : recv_one(l, at + i);
	return e;
}

static long least(long a, long b) { return a < b ? a : b; }

static int repeat(port p, long n, int (*some)(loop *, long, long)) {
	loop l;
	int e = 0;
	loop_open(&l, p);
	for (long i = 0; i < n && !e; i += p.burst) e = some(&l, i, least(p.burst, n - i));
	free(l.buf);
	return e;
}

int c_send(port p, long n) { return repeat(p, n, send_some); }

int c_recv(port p, long n) { return repeat(p, n, recv_some); }

int c_ping(port p, long n) {
	loop l;
	int e = 0;
	loop_open(&l, p);
	for (long i = 0; i < n && !e; i++) {
		e = send_one(&l, i);
		if (!e) e = recv_one(&l, i);
	}
	free(l.buf);
	return e;
}

int c_echo(port p, long n, long think_ns) {
	loop l;
	int e = 0;
	struct timespec think = {think_ns / 1000000000, think_ns % 1000000000};
	loop_open(&l, p);
	for (long i = 0; i < n && !e; i++) {
		e = recv_one(&l, i);
		if (think_ns) nanosleep(&think, NULL);
		if (!e) e = send_one(&l, i);
	}
	free(l.buf);
	return e;
}

int c_exchange(port a, port b, long n) {
	loop s, r;
	int e = 0;
	loop_open(&s, a);
	loop_open(&r, b);
	for (long i = 0; i < n && !e; i += a.burst) {
		long k = least(a.burst, n - i);
		e = send_some(&s, i, k);
		if (!e) e = recv_some(&r, i, k);
	}
	free(s.buf);
	free(r.buf);
	return e;
}

int c_rotate(const int *a, const int *b, int count, int size, long n) {
	loop s, r;
	int e = 0;
	port p = {0, size, 1, PLAIN};
	loop_open(&s, p);
	loop_open(&r, p);
	for (long i = 0; i < n && !e; i++) {
		s.p.fd = a[i % count];
		r.p.fd = b[i % count];
		e = send_one(&s, i);
		if (!e) e = recv_one(&r, i);
	}
	free(s.buf);
	free(r.buf);
	return e;
}
