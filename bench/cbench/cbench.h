// The C contestant: every function runs a whole loop over blocking descriptors
// and returns 0, an errno, or one of the BAD_ codes for a failed check.
#ifndef CBENCH_H
#define CBENCH_H
#include <stddef.h>

enum flavour { PLAIN = 0, MSGHDR = 1, MMSG = 2 };

typedef struct { int fd, size, burst, flavour; } port;

int c_send(port p, long n);
int c_recv(port p, long n);
int c_ping(port p, long n);
int c_echo(port p, long n, long think_ns);
int c_exchange(port a, port b, long n);
int c_rotate(const int *a, const int *b, int count, int size, long n);
int c_bulk_send(int fd, int piece, long long total);
int c_bulk_recv(int fd, int size, long long total);
int c_files(int a, int b, const int *fds, int count, long n);
int c_creds(int a, int b, int set, long n);
int c_dgram_exchange(int a, int b, const char *to, const char *from, int size, long n);
int c_dgram_send(int fd, const char *to, const void *p, int size);
int c_accept(int listener, const char *path, long n);

// Failure of a check, not of a system call.
#define BAD_LENGTH 10001
#define BAD_BYTE 10002
#define BAD_CONTROL 10003
#define BAD_ADDRESS 10004
#endif
