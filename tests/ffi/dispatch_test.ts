import "../util.ts";
import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { dispatch, DISPATCH_TIME_NOW } from "../../ffi/dispatch.ts";
import { pointerAt, toCString } from "../../ffi/memory.ts";
import { HAS_DISPATCH } from "../../ffi/system.ts";
import { waitUntil } from "../../process/wait.ts";

// Bound here: within a test it would be a leak to the sanitizers.
pointerAt(0n);
if (HAS_DISPATCH) dispatch();

Deno.test({
  name: "a group says whether its work is done, and waits for nothing",
  ignore: !HAS_DISPATCH,
  fn() {
    const functions = dispatch();
    const queue = functions.dispatch_queue_create(toCString("a queue", "A name"), null);
    const group = functions.dispatch_group_create();
    const isDone = () => functions.dispatch_group_wait(group, DISPATCH_TIME_NOW) === 0n;
    assertEquals(isDone(), true);
    const usleep = functions.dlsym(0n, toCString("usleep", "A symbol"));
    functions.dispatch_group_async_f(group, queue, pointerAt(300_000n), usleep);
    functions.dispatch_release(queue);
    assertEquals([isDone(), waitUntil(isDone, 10_000)], [false, true]);
    functions.dispatch_release(group);
  },
});
