/** What peers do that has made programs lose messages, turn in circles, or grow. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pull } from "../../mod.ts";
import { eachBackend, Looks, Parks } from "../poller/support.ts";
import { HandMadePeer, longFrame, shortFrame } from "../zmtp.ts";
import { held, soon, turns } from "../waiting.ts";

// A message of which only a part has come -----------------------------------------------------------

/** Sends a message in a hundred pieces, and claims that only the last wakes anyone. */
async function inPieces(pull: Pull, receive: () => Promise<string>): Promise<void> {
  using peer = await HandMadePeer.connect(pull, "PUSH");
  // What its arrival has to wake is over once a first message has come.
  await peer.write(shortFrame("first"));
  assertEquals(await soon(receive()), "first");
  const body = new TextEncoder().encode("y".repeat(100_000));
  const frame = longFrame(body);
  const message = held(receive());
  let came = false;
  message.then(() => came = true);
  using parks = new Parks();
  using looks = new Looks();
  for (let at = 0; at < frame.length; at += 1000) {
    assertEquals(came, false);
    await peer.write(frame.subarray(at, at + 1000));
    await turns(2);
  }
  assertEquals(await soon(message), "y".repeat(100_000));
  assert(parks.count <= 5, `${parks.count} parks`);
  assert(looks.of(pull) <= 10, `${looks.of(pull)} looks`);
}

Deno.test("a partial message on the wire wakes no receive, until it's whole", async () => {
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  await inPieces(pull, async () => (await pull.receive())[0].text());
});

for (const over of eachBackend()) {
  Deno.test(
    over("a partial message on the wire wakes no Poller, until it's whole", async (poller) => {
      using pull = new Pull();
      await pull.bind("tcp://127.0.0.1:*");
      poller.add(pull);
      await inPieces(pull, async () => {
        while ((await poller.wait()).length === 0);
        return pull.tryReceive()![0].text();
      });
    }),
  );
}

Deno.test("a peer that goes in the middle of a message leaves nothing of it", async () => {
  using pull = new Pull();
  await pull.bind("tcp://127.0.0.1:*");
  const message = held(pull.receive());
  {
    using peer = await HandMadePeer.connect(pull, "PUSH");
    await peer.write(shortFrame("a first part", true));
    await peer.write(longFrame(new Uint8Array(1000)).subarray(0, 500));
  }
  using peer = await HandMadePeer.connect(pull, "PUSH");
  await peer.write(shortFrame("whole"));
  assertEquals((await soon(message)).map(String), ["whole"]);
});

// Peers that vanish, and return ---------------------------------------------------------------------

/** Someone at a port of the system's choice who is a PUSH, and whom the test can end. */
async function vanishing(
  use: (comes: () => Promise<HandMadePeer>, address: string) => Promise<void>,
) {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const comes = async () => {
    const peer = new HandMadePeer(await listener.accept());
    await peer.introduce("PUSH");
    return peer;
  };
  await use(comes, `tcp://127.0.0.1:${listener.addr.port}`);
}

Deno.test("a receive that waits outlives its peer's going, again and again", async () => {
  await vanishing(async (comes, address) => {
    using pull = new Pull({ reconnectInterval: 1 });
    pull.connect(address);
    const message = held(pull.receive());
    for (let round = 0; round < 5; round++) {
      const peer = await soon(comes());
      await turns(round);
      peer.close();
    }
    using peer = await soon(comes());
    await peer.write(shortFrame("back"));
    assertEquals((await soon(message))[0].text(), "back");
  });
});

for (const over of eachBackend()) {
  Deno.test(over(
    "a Poller that waits outlives its peer's going, and isn't woken by it in vain",
    async (poller) => {
      await vanishing(async (comes, address) => {
        using pull = new Pull({ reconnectInterval: 1 });
        pull.connect(address);
        poller.add(pull, { key: "pull" });
        for (let round = 0; round < 5; round++) {
          const wait = held(poller.wait());
          let over = false;
          wait.then(() => over = true);
          (await soon(comes())).close();
          using peer = await soon(comes());
          await turns(5);
          assertEquals(over, false);
          await peer.write(shortFrame(`${round}`));
          assertEquals((await soon(wait)).length, 1);
          assertEquals(pull.tryReceive()?.[0].text(), `${round}`);
          peer.close();
          // The next connection is the next round's.
        }
      });
    },
  ));
}
