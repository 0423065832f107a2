/** libzmq's and the C library's numbers. The C library's have their C names, which only `ffi/` and the backends use. */

// Flags of zmq_send and zmq_msg_recv: ZMQ_DONTWAIT and ZMQ_SNDMORE.
export const DONT_WAIT = 1;
export const SEND_MORE = 2;

// Bits of ZMQ_EVENTS: ZMQ_POLLIN and ZMQ_POLLOUT.
export const EVENT_IN = 1;
export const EVENT_OUT = 2;

// The types of a PAIR and a PULL: ZMQ_PAIR and ZMQ_PULL.
export const PAIR_TYPE = 0;
export const PULL_TYPE = 7;

/** The options of contexts. `socketLimit` can only be read, and `threadPriority` only set. Sockets' are in their own table. */
export const CONTEXT_OPTIONS = {
  ioThreads: 1,
  maxSockets: 2,
  socketLimit: 3,
  threadPriority: 3,
  threadSchedulingPolicy: 4,
  maxMessageSize: 5,
  msgTSize: 6,
  threadAffinityAdd: 7,
  threadAffinityRemove: 8,
  threadNamePrefix: 9,
  zeroCopyReceive: 10,
  ipv6: 42,
  blocky: 70,
} as const;

// poll(2), the same on Linux, macOS and the BSDs.
export const POLLIN = 0x001;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLNVAL = 0x020;

// select(2): its sets have room for descriptors below this number, on Linux, macOS and the BSDs.
export const FD_SETSIZE = 1024;

// epoll(7), Linux only.
export const EPOLLIN = 0x001;
export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;

// kqueue(2): macOS, the BSDs, and libkqueue, which follows FreeBSD where the two differ.
export const EVFILT_READ = -1;
export const EVFILT_WRITE = -2;
export const EVFILT_USER = Deno.build.os === "darwin" ? -10 : -11;
export const EV_ADD = 0x0001;
export const EV_DELETE = 0x0002;
export const EV_ONESHOT = 0x0010;
export const EV_CLEAR = 0x0020;
export const EV_RECEIPT = 0x0040;
export const EV_ERROR = 0x4000;
export const EV_EOF = 0x8000;
export const NOTE_LOWAT = 0x00000001;
export const NOTE_TRIGGER = 0x01000000;

// fstat(2): the type of a file within its mode.
export const S_IFMT = 0o170000;
export const S_IFIFO = 0o010000;
export const S_IFDIR = 0o040000;
export const S_IFBLK = 0o060000;
export const S_IFREG = 0o100000;
export const S_IFSOCK = 0o140000;

// fcntl(2).
export const F_GETFD = 1;
export const FD_CLOEXEC = 1;
export const F_GETFL = 3;
export const F_SETFL = 4;
/** Linux's number. */
export const O_APPEND = 0o2000;
export const O_ACCMODE = 3;
export const O_RDONLY = 0;
export const O_WRONLY = 1;

// eventfd(2), Linux only.
export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;

// timerfd_create(2), Linux only.
export const CLOCK_MONOTONIC = 1;
export const TFD_NONBLOCK = 0o4000;
export const TFD_CLOEXEC = 0o2000000;

// ioctl(2): close on exec.
export const FIOCLEX = Deno.build.os === "linux" ? 0x5451 : 0x20006601;
