# A hostile peer: hostile.py <type> <address> <rounds>. The address is an abstract
# name. It prints what it was allowed to do and should not have been.
import array, ctypes, errno, os, select, socket, struct, sys

typ = {"seqpacket": socket.SOCK_SEQPACKET, "dgram": socket.SOCK_DGRAM}[sys.argv[1]]
s = socket.socket(socket.AF_UNIX, typ)
s.connect("\0" + sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
SOL, RIGHTS, CREDS = socket.SOL_SOCKET, socket.SCM_RIGHTS, 2
SIZE = ctypes.sizeof(ctypes.c_size_t)


class Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32),
                ("iov", ctypes.c_void_p), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int)]


def raw(control):
    """Sends an empty message with the control bytes as they are."""
    b = ctypes.create_string_buffer(control, len(control))
    h = Msghdr(control=ctypes.cast(b, ctypes.c_void_p), controllen=len(control))
    if libc.sendmsg(s.fileno(), ctypes.byref(h), 0) < 0:
        return ctypes.get_errno()
    return 0


def header(length, level, typ):
    return struct.pack("@Nii", length, level, typ)


def attempt(data, cmsgs, via=s):
    try:
        via.sendmsg([data], cmsgs)
        return 0
    except OSError as e:  # ETOOMANYREFS where the receiver is slow
        return e.errno


null = os.open("/dev/null", os.O_RDONLY)
fds = lambda n: array.array("i", [null] * n).tobytes()


def forged():
    if os.getuid() != 0:
        for cred in (1, 0, 0), (os.getpid(), 0, 0), (os.getppid(), os.getuid(), os.getgid()):
            if attempt(b"forged", [(SOL, CREDS, struct.pack("3i", *cred))]) != errno.EPERM:
                print("credentials", cred, "were not refused")


def many():
    attempt(b"x" * 100, [(SOL, RIGHTS, fds(253))])
    attempt(b"", [(SOL, RIGHTS, fds(253))])
    if attempt(b"", [(SOL, RIGHTS, fds(254))]) != errno.EINVAL:
        print("254 descriptors were not refused")
    attempt(b"several", [(SOL, RIGHTS, fds(1))] * 5)
    attempt(b"none", [(SOL, RIGHTS, b"")])


def malformed():
    head = len(header(0, 0, 0))
    for length in 0, 1, head - 1, head, head + 1, head + 3, head + 4, head + 100, 2**31, 2**(8 * SIZE) - 1:
        raw(header(length, SOL, RIGHTS) + struct.pack("2i", null, null))
        raw(header(length, SOL, CREDS) + struct.pack("3i", os.getpid(), os.getuid(), os.getgid()))
        raw(header(head + 4, SOL, RIGHTS) + struct.pack("2i", null, 0) + header(length, SOL, RIGHTS))
    for level, t in (SOL, 4), (SOL, 99), (0, 1), (41, 50), (-1, -1):
        raw(header(head + 4, level, t) + struct.pack("2i", null, 0))
    raw(b"\xff" * 5)
    raw(header(head + 4, SOL, RIGHTS) + struct.pack("i", -1))


def empty():
    for _ in range(20):
        attempt(b"", [])


def itself():
    attempt(b"itself", [(SOL, RIGHTS, struct.pack("i", s.fileno()))])
    a, b = socket.socketpair(socket.AF_UNIX, typ)  # a ring that nobody else refers to
    for x, y in (a, b), (b, a):
        attempt(b"ring", [(SOL, RIGHTS, struct.pack("2i", a.fileno(), b.fileno()))], via=x)
    attempt(b"ring", [(SOL, RIGHTS, struct.pack("i", a.fileno()))])


def memfd():
    fd = os.memfd_create("large")
    os.posix_fallocate(fd, 0, 8 << 20)
    attempt(b"memfd", [(SOL, RIGHTS, struct.pack("i", fd))])
    os.close(fd)


def odd():
    """Descriptors of kinds that are not read and written."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind("")
    listener.listen(3)
    waiting = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    waiting.connect(listener.getsockname())
    attempt(b"queued", [(SOL, RIGHTS, struct.pack("2i", listener.fileno(), s.fileno()))], via=waiting)
    path = os.open("/", os.O_PATH)
    epoll = select.epoll()
    epoll.register(s.fileno())
    libc.syscall.restype = ctypes.c_long
    ring = libc.syscall(425, 1, ctypes.create_string_buffer(120))  # io_uring_setup, on most machines
    process = libc.syscall(434, os.getpid(), 0)  # pidfd_open, which a sandbox may refuse
    for fd in listener.fileno(), path, epoll.fileno(), ring, process:
        if fd >= 0:
            attempt(b"odd", [(SOL, RIGHTS, struct.pack("i", fd))])
    for fd in path, ring, process:
        if fd >= 0:
            os.close(fd)


for _ in range(int(sys.argv[3])):
    for attack in forged, many, malformed, empty, itself, memfd, odd:
        attack()
# The connection's own end comes when the kernel's collector has freed the rings that
# hold this end of it, which may be much later: unix_gc in net/unix/garbage.c.
s.send(b"the end")
