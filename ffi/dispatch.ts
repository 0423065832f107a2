/** Apple's libdispatch: work on threads of the system's, and groups that say whether it's done. */

import { bindExtra } from "./libc.ts";
import { onFirstUse } from "./load.ts";

/** The functions of queues and groups. macOS only, where they're in the C library. */
export const dispatch = onFirstUse(() =>
  bindExtra({
    // dispatch_queue_t dispatch_queue_create(const char *label, dispatch_queue_attr_t attr)
    dispatch_queue_create: { parameters: ["buffer", "pointer"], result: "pointer" },
    // dispatch_group_t dispatch_group_create(void)
    dispatch_group_create: { parameters: [], result: "pointer" },
    // void dispatch_group_async_f(dispatch_group_t group, dispatch_queue_t queue, void *context, void (*work)(void *))
    dispatch_group_async_f: {
      parameters: ["pointer", "pointer", "pointer", "pointer"],
      result: "void",
    },
    // intptr_t dispatch_group_wait(dispatch_group_t group, dispatch_time_t timeout): 0 if nothing is to be done any more
    dispatch_group_wait: { parameters: ["pointer", "u64"], result: "isize" },
    // void dispatch_release(dispatch_object_t object)
    dispatch_release: { parameters: ["pointer"], result: "void" },
    // void *dlsym(void *handle, const char *symbol): for the function that does the work
    dlsym: { parameters: ["usize", "buffer"], result: "pointer" },
  })
);

/** For `dispatch_group_wait`: asks, and doesn't wait. */
export const DISPATCH_TIME_NOW = 0n;
