/** What a proxy does with what it finds when it looks again at the sockets that it has called. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { Poller } from "../../mod.ts";
import { reactor } from "../../poller/reactor.ts";
import { Run } from "../../proxy/run.ts";
import { handleOf } from "../../socket/handle.ts";
import { replaced } from "../replacing.ts";
import { received } from "../socket/support.ts";
import { soon } from "../waiting.ts";
import { fill, tasks } from "./support.ts";

Deno.test("a proxy that ends while it looks at its sockets takes no further message", async () => {
  await using setting = await tasks({ keepOpen: true, filter: (message) => message });
  const { proxy, sender, receiver, run } = setting;
  const front = handleOf(proxy.frontEnd);
  let working = false;
  const { serve } = Run.prototype;
  using _run = replaced(Run.prototype, "serve", function (this: Run) {
    working = true;
    serve.call(this);
    working = false;
  });
  // The proxy's look tells whatever else waits for the socket, which closes the other one.
  const other = {
    onReady() {
      if (!working) return;
      working = false;
      sender.sendSync("later");
      proxy.backEnd.close();
    },
    onClosed() {},
    onFailed() {},
  };
  front.addListener(other);
  await sender.send("before");
  await rejects(soon(run), { code: "EBADF" });
  front.removeListener(other);
  assertEquals(await received(receiver), ["before"]);
  assertEquals(await received(proxy.frontEnd), ["later"]);
});

Deno.test("a proxy whose other side has no room tries again only when that tells of some", async () => {
  await using setting = await tasks({}, 2);
  const { proxy, sender } = setting;
  await fill(sender);
  const retries = [proxy.frontEnd, proxy.backEnd].map((socket) => handleOf(socket).retry);
  assertEquals(retries, [undefined, undefined]);
});

for (const end of ["frontEnd", "backEnd"] as const) {
  Deno.test(`an error with which a look at a proxy's ${end} fails ends the proxy`, async () => {
    await using setting = await tasks({});
    const { proxy, run } = setting;
    const error = new Error("injected");
    handleOf(proxy[end]).fail(error);
    await rejects(soon(run), error);
  });
}

Deno.test("a proxy that can't be waited for any more ends with the reason", async () => {
  await using setting = await tasks({});
  using poller = new Poller();
  const error = new Error("injected");
  reactor().setFor(poller.backend).fail(error);
  await rejects(soon(setting.run), error);
});
