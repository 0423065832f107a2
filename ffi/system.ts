/**
 * Which functions this system has of those that not every system has. Numbers that differ are in `constants.ts` and
 * `errno.ts`: the tests run as on another system by replacing this module alone.
 */

/** Linux's own: epoll, eventfd and timerfd; and of its C libraries, robust mutexes and a place that all isolates find. */
export const HAS_LINUX_CALLS: boolean = Deno.build.os === "linux";

/** Apple's dispatch queues and groups. The other systems have clocks of threads. */
export const HAS_DISPATCH: boolean = Deno.build.os === "darwin";
