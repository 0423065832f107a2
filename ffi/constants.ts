/** libzmq's and the C library's numbers, under their C names. Only `ffi/` and its callers' gates see them. */

// Flags of zmq_send and zmq_msg_recv.
export const ZMQ_DONTWAIT = 1;
export const ZMQ_SNDMORE = 2;

// Bits of ZMQ_EVENTS.
export const ZMQ_POLLIN = 1;
export const ZMQ_POLLOUT = 2;

// Socket options that the engine itself needs; all others stand in the options' table.
export const ZMQ_ROUTING_ID = 5;
export const ZMQ_SUBSCRIBE = 6;
export const ZMQ_UNSUBSCRIBE = 7;
export const ZMQ_FD = 14;
export const ZMQ_EVENTS = 15;
export const ZMQ_LINGER = 17;
export const ZMQ_LAST_ENDPOINT = 32;
export const ZMQ_CONNECT_ROUTING_ID = 61;

// poll(2), the same on Linux, macOS and the BSDs.
export const POLLIN = 0x001;
export const POLLPRI = 0x002;
export const POLLOUT = 0x004;
export const POLLERR = 0x008;
export const POLLHUP = 0x010;
export const POLLNVAL = 0x020;

// epoll(7), Linux only.
export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;
export const EPOLLRDHUP = 0x2000;
export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;

// eventfd(2), Linux only.
export const EFD_NONBLOCK = 0o4000;
export const EFD_CLOEXEC = 0o2000000;

// ioctl(2): close on exec.
export const FIOCLEX = Deno.build.os === "linux" ? 0x5451 : 0x20006601;
