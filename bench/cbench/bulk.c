#define _GNU_SOURCE
#include "cbench.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

// The byte at offset i of every piece is i % 251.
int c_bulk_send(int fd, int piece, long long total) {
	unsigned char *buf = malloc(piece);
	int e = 0;
	for (int i = 0; i < piece; i++) buf[i] = i % 251;
	for (long long at = 0; at < total && !e;) {
		long long left = total - at;
		ssize_t r = send(fd, buf, left < piece ? left : piece, MSG_NOSIGNAL);
		if (r <= 0) e = errno;
		at += r;
	}
	free(buf);
	return e;
}

// size is the piece of the sender; one receive takes one message of it.
int c_bulk_recv(int fd, int size, long long total) {
	unsigned char *buf = malloc(size);
	int e = 0;
	for (long long at = 0; at < total && !e;) {
		ssize_t r = recv(fd, buf, size, 0);
		if (r <= 0) e = r < 0 ? errno : BAD_LENGTH;
		else if (buf[r - 1] != (at + r - 1) % size % 251) e = BAD_BYTE;
		at += r;
	}
	free(buf);
	return e;
}
