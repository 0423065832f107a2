/** How a socket's pending operations are served when its descriptor has fired. */

import { ok as assert, strictEqual } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { reactor } from "../../poller/reactor.ts";
import { Handle, handleOf } from "../../socket/handle.ts";
import { watched } from "../replacing.ts";
import { pending } from "../socket/support.ts";
import { freshAddress, join } from "../util.ts";
import { soon } from "../waiting.ts";

Deno.test("behind a send that was served, the next look decides on the one that had no room", async () => {
  using push = new Push({ sendHighWaterMark: 1 });
  using pull = new Pull({ receiveHighWaterMark: 1 });
  await join(pull, push, freshAddress("inproc"));
  while (push.trySend("filling"));
  const sends = [push.send("first"), push.send("second")];
  for (const send of sends) assert(await pending(send));
  // Room for one, and at the second look for the other.
  const take = () => String(pull.receiveSync());
  take();
  const handle = handleOf(push);
  let looks = 0;
  using _look = watched(Handle.prototype, "look", function () {
    if (this === handle && ++looks === 2) take();
  });
  reactor().queueRecheck(handle); // as each call does
  handle.serve();
  strictEqual(handle.senders.first, undefined);
  await soon(Promise.all(sends));
});
