/** The C library's functions, bound through libzmq's handle, in which its dependencies' symbols are visible. */

import { LibraryError } from "../errors.ts";
import { EFD_CLOEXEC } from "./constants.ts";
import { functionsOf, type Library, loadLibrary, onFirstUse } from "./load.ts";
import { HAS_LINUX_CALLS } from "./system.ts";

/** The functions that a message calls. */
const HOT = {
  // void *memcpy(void *dest, const void *src, size_t n): into a buffer of ours
  memcpy: { parameters: ["buffer", "pointer", "usize"], result: "pointer" },
} as const;

const POLL = { parameters: ["buffer", "usize", "i32"], result: "i32" } as const;

const RARE = {
  // memcpy out of a buffer of ours
  memcpy_out: { name: "memcpy", parameters: ["pointer", "buffer", "usize"], result: "pointer" },
  // the same with length 0, which returns a buffer's address without Deno.UnsafePointer
  address_of: { name: "memcpy", parameters: ["buffer", "buffer", "usize"], result: "pointer" },
  // size_t strlen(const char *s)
  strlen: { parameters: ["pointer"], result: "usize" },
  // void *malloc(size_t size)
  malloc: { parameters: ["usize"], result: "pointer" },
  // void free(void *ptr)
  free: { parameters: ["pointer"], result: "void" },
  // int close(int fd)
  close: { parameters: ["i32"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count)
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // ssize_t write(int fd, const void *buf, size_t count)
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int usleep(useconds_t microseconds)
  usleep: { parameters: ["u32"], result: "i32" },
  // int poll(struct pollfd *fds, nfds_t nfds, int timeout)
  poll: POLL,
  // the same on a pool thread
  poll_onPool: {
    name: "poll",
    parameters: ["pointer", "usize", "i32"],
    result: "i32",
    nonblocking: true,
  },
} as const;

const HOT_OF_LIBZMQ = {
  // int zmq_errno(void)
  errno: { name: "zmq_errno", parameters: [], result: "i32" },
} as const;
const RARE_OF_LIBZMQ = {
  // const char *zmq_strerror(int errnum)
  strerror: { name: "zmq_strerror", parameters: ["i32"], result: "pointer" },
} as const;

const ERRNO_OF_LIBC = {
  // int *__errno_location(void), int *__error(void)
  errno_location: {
    name: Deno.build.os === "linux" ? "__errno_location" : "__error",
    parameters: [],
    result: "pointer",
  },
  // char *strerror(int errnum)
  strerror: { parameters: ["i32"], result: "pointer" },
} as const;

/** The C library's functions that every platform has. */
export type Libc =
  & Deno.StaticForeignLibraryInterface<typeof HOT & typeof RARE>
  & { errno(): number; strerror(errnum: number): Deno.PointerValue };

let common: Libc | undefined;

/** Returns the functions that every platform has. */
export function libc(): Libc {
  return common ??= bindCommon();
}

/**
 * Binds a further table, after the common one, which has errno: binding that only after the first failure would overwrite
 * the failure's errno.
 */
export function bindExtra<const T extends Deno.ForeignLibraryInterface>(
  table: T,
): Deno.StaticForeignLibraryInterface<T> {
  libc();
  return theLibrary().openRare(table);
}

/** The same, for functions that each wait calls. */
function bindHot<const T extends Deno.ForeignLibraryInterface>(
  table: T,
): Deno.StaticForeignLibraryInterface<T> {
  libc();
  return theLibrary().open(table);
}

function bindCommon(): Libc {
  const { path, open, openRare } = theLibrary();
  if (path !== "libc") {
    return {
      ...openRare({ ...RARE, ...RARE_OF_LIBZMQ }),
      ...open({ ...HOT, ...HOT_OF_LIBZMQ }),
    };
  }
  const functions = openRare({ ...HOT, ...RARE });
  const { errno_location, strerror } = openRare(ERRNO_OF_LIBC);
  const number = new Int32Array(1);
  const errno = () => {
    functions.memcpy(number, errno_location(), 4n);
    return number[0];
  };
  return { ...functions, errno, strerror };
}

/** libzmq if there is one, so that one permission is enough; otherwise the C library itself. */
const theLibrary = onFirstUse((): Library => {
  try {
    return loadLibrary();
  } catch (missing) {
    if (!(missing instanceof LibraryError)) throw missing;
    // By its path, since macOS's loader finds a mere name by fallbacks alone.
    const names = Deno.build.os === "darwin"
      ? ["/usr/lib/libSystem.B.dylib"]
      : Deno.build.os === "freebsd"
      ? ["libc.so.7"]
      : ["libc.so.6", `libc.musl-${Deno.build.arch}.so.1`];
    for (const name of names) {
      try {
        Deno.dlopen(name, { malloc: RARE.malloc });
      } catch {
        continue;
      }
      return { path: "libc", version: "", handle: 0n, ...functionsOf(name) };
    }
    throw missing;
  }
});

/** The function that each wait of the poll backend calls. */
export const libcForPoll = onFirstUse(() => bindHot({ poll: POLL }));

/** The functions that only the select backend needs. */
export const libcForSelect = onFirstUse(() =>
  bindHot({
    // int select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds, struct timeval *timeout):
    // on this thread, and on a pool thread
    select: { parameters: ["i32", "pointer", "pointer", "pointer", "pointer"], result: "i32" },
    select_onPool: {
      name: "select",
      parameters: ["i32", "pointer", "pointer", "pointer", "pointer"],
      result: "i32",
      nonblocking: true,
    },
  })
);

/** The functions that find a descriptor's type. */
export const libcForFiles = onFirstUse(() =>
  bindExtra({
    // int fstat(int fd, struct stat *buf): on Intel Macs, the plain name has an older struct
    fstat: {
      name: Deno.build.os === "darwin" && Deno.build.arch === "x86_64" ? "fstat$INODE64" : "fstat",
      parameters: ["i32", "buffer"],
      result: "i32",
    },
    // int fcntl(int fd, int cmd, ...): only for commands without a further argument, as with ioctl below
    fcntl: { parameters: ["i32", "i32"], result: "i32" },
    // The same with an argument: only to be called on Linux
    fcntl_with: { name: "fcntl", parameters: ["i32", "i32", "i32"], result: "i32" },
  })
);

/** The functions that make and remove temporary folders. */
export const libcForFolders = onFirstUse(() =>
  bindExtra({
    // char *getenv(const char *name)
    getenv: { parameters: ["buffer"], result: "pointer" },
    // int access(const char *path, int amode)
    access: { parameters: ["buffer", "i32"], result: "i32" },
    // char *mkdtemp(char *template)
    mkdtemp: { parameters: ["buffer"], result: "pointer" },
    // int unlink(const char *pathname)
    unlink: { parameters: ["buffer"], result: "i32" },
    // int rmdir(const char *pathname)
    rmdir: { parameters: ["buffer"], result: "i32" },
  })
);

/** For `access`: asks only whether a path is there. */
const F_OK = 0;

/** Whether a path leads to anything. */
export function isThere(path: Uint8Array<ArrayBuffer>): boolean {
  return libcForFolders().access(path, F_OK) === 0;
}

const libcForSockets = onFirstUse(() =>
  bindExtra({
    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    // int socket(int domain, int type, int protocol)
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  })
);

const [AF_UNIX, SOCK_STREAM] = [1, 1];

/** Opens a descriptor that serves for nothing; -1, with errno, where none can be opened. */
export function openAny(): number {
  // Where there are eventfds, they're bound already.
  return HAS_LINUX_CALLS
    ? libcOfLinux().eventfd(0, EFD_CLOEXEC)
    : libcForSockets().socket(AF_UNIX, SOCK_STREAM, 0);
}

const [SOL_SOCKET, SO_ACCEPTCONN] = Deno.build.os === "linux" ? [1, 30] : [0xffff, 2];

/** Whether a descriptor is a socket that listens: 1, or 0; -1, with errno, where it isn't an open socket. */
export function listens(fd: number): number {
  const { getsockopt } = libcForSockets();
  const answer = new Int32Array(1);
  const result = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, answer, Uint32Array.of(4));
  return result === 0 ? Number(answer[0] !== 0) : -1;
}

/** The function that makes a descriptor more of what one leads to. Programs that are started inherit it, however the first was opened. */
export const libcForPassing = onFirstUse(() =>
  bindExtra({
    // int dup(int oldfd)
    dup: { parameters: ["i32"], result: "i32" },
  })
);

/** The function that sets what a signal does. */
export const libcForSignals = onFirstUse(() =>
  bindExtra({
    // int sigaction(int signum, const struct sigaction *act, struct sigaction *oldact)
    sigaction: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  })
);

/** The functions that publish the process record. Linux only. */
export const libcForRecord = onFirstUse(() =>
  bindExtra({
    // char *bindtextdomain(const char *domainname, const char *dirname)
    bindtextdomain: { parameters: ["buffer", "buffer"], result: "pointer" },
    // int ftrylockfile(FILE *filehandle), void funlockfile(FILE *filehandle)
    ftrylockfile: { parameters: ["pointer"], result: "i32" },
    funlockfile: { parameters: ["pointer"], result: "void" },
    // void *dlsym(void *handle, const char *symbol)
    dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  })
);

/** Linux's own functions. */
export const libcOfLinux = onFirstUse(() => ({
  ...bindExtra({
    // int eventfd(unsigned int initval, int flags)
    eventfd: { parameters: ["u32", "i32"], result: "i32" },
    // int epoll_create1(int flags)
    epoll_create1: { parameters: ["i32"], result: "i32" },
    // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
    epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
    // epoll_wait on a pool thread
    epoll_wait_onPool: {
      name: "epoll_wait",
      parameters: ["i32", "pointer", "i32", "i32"],
      result: "i32",
      nonblocking: true,
    },
    // int timerfd_create(int clockid, int flags)
    timerfd_create: { parameters: ["i32", "i32"], result: "i32" },
    // int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
    timerfd_settime: { parameters: ["i32", "i32", "buffer", "pointer"], result: "i32" },
    // pid_t gettid(void): older C libraries lack it
    gettid: { parameters: [], result: "i32", optional: true },
  }),
  ...bindHot({
    // int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout): on this thread
    epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  }),
}));

/** The functions that make a pipe: between processes, and in place of Linux's own calls on other systems. */
export const libcForPipes = onFirstUse(() =>
  bindExtra({
    // int pipe(int pipefd[2])
    pipe: { parameters: ["buffer"], result: "i32" },
    // int ioctl(int fd, unsigned long op, ...): only for requests without a further argument, since Apple's arm64 passes
    // variable arguments in another way than fixed ones (so F_SETFL of fcntl can't be called)
    ioctl: { parameters: ["i32", "usize"], result: "i32" },
  })
);

const KQUEUE = {
  // int kqueue(void)
  kqueue: { parameters: [], result: "i32" },
  // int kevent(int kq, const struct kevent *changelist, int nchanges, struct kevent *eventlist,
  //   int nevents, const struct timespec *timeout): both ways
  kevent: { parameters: ["i32", "buffer", "i32", "buffer", "i32", "buffer"], result: "i32" },
  kevent_onPool: {
    name: "kevent",
    parameters: ["i32", "pointer", "i32", "pointer", "i32", "pointer"],
    result: "i32",
    nonblocking: true,
  },
} as const;

/** kqueue's functions: the system's own, or those of libkqueue. */
export const libcForKqueue = onFirstUse(() => {
  const path = pathOfLibkqueue();
  if (path === undefined) return bindHot(KQUEUE);
  if (!path.startsWith("/")) {
    throw new RangeError(`LIBKQUEUE_PATH must be an absolute path, and is ${JSON.stringify(path)}`);
  }
  libc();
  return Deno.dlopen(path, KQUEUE).symbols;
});

/** Returns the path of libkqueue, which stands in for kqueue on Linux, if the program may read its environment variable. */
export function pathOfLibkqueue(): string | undefined {
  const variable = "LIBKQUEUE_PATH";
  // Asked first, since a read without the permission would prompt at a terminal.
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return undefined;
  return Deno.env.get(variable) || undefined;
}
