/** CURVE on a link that cuts the handshake, and that changes bytes. */

import { deepStrictEqual as assertEquals, match, ok as assert } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { curveKeyPair } from "../socket/curve.ts";
import { finish, next } from "../socket/observing.ts";
import { onLinux, received } from "../socket/support.ts";
import "../util.ts";
import { turns } from "../waiting.ts";
import { type Direction, type Faults, Link } from "./link.ts";
import { FAST_RECONNECT } from "./support.ts";

/** A server that is bound, and a client that connects through a link. */
async function withLink(
  faults: Faults[],
  use: (link: Link, push: Push, pull: Pull) => Promise<void>,
  handshakeInterval?: number,
): Promise<void> {
  const [server, client] = [curveKeyPair(), curveKeyPair()];
  const pull = new Pull({
    handshakeInterval,
    curveServer: true,
    curvePublicKey: server.publicKey,
    curveSecretKey: server.secretKey,
  });
  const push = new Push({
    ...FAST_RECONNECT,
    handshakeInterval,
    curveServerKey: server.publicKey,
    curvePublicKey: client.publicKey,
    curveSecretKey: client.secretKey,
  });
  for (const { events } of [push, pull]) assert(!events.closed);
  await using link = new Link(await pull.bind("tcp://127.0.0.1:*"), ...faults);
  push.connect(link.address);
  await use(link, push, pull);
  await finish(push, pull);
}

/** Behind the greeting, and within and behind each command of the handshake but each side's last. */
const PLACES = {
  up: [64, 65, 66, 100, 265, 266, 267, 300, 400, 500],
  down: [64, 65, 66, 100, 200, 233],
};

for (const [way, places] of Object.entries(PLACES) as [Direction, number[]][]) {
  for (const how of ["fin", "reset"] as const) {
    Deno.test(onLinux(
      `CURVE: a handshake that is cut anywhere admits no one, and the next one succeeds: ${how}, ${way}`,
      () =>
        withLink(
          places.map((bytes) => ({ cutAfter: { way, bytes, how } })),
          async (link, push, pull) => {
            await push.send("secret");
            assertEquals(await received(pull), ["secret"]);
            assertEquals(link.connections, places.length + 1);
            let failed = 0;
            for (let type; type !== "handshake"; failed++) {
              do ({ type } = await pull.events.receive()); while (
                type !== "handshake" && !type.startsWith("handshake:error")
              );
            }
            assertEquals(failed, places.length + 1);
          },
        ),
    ));
  }
}

/** In the greeting, in each command, and in messages. */
const FLIPPED = [0, 10, 12, 70, 200, 270, 400, 500, 610, 620, 633, 640, 655, 700, 810];

Deno.test("CURVE: whichever byte is changed on the way, no message arrives changed", () => {
  const flip = (place: number): Faults => ({
    alter(bytes, at, way) {
      const offset = place - at;
      if (way === "up" && offset >= 0 && offset < bytes.length) bytes[offset] ^= 0x10;
      return bytes;
    },
  });
  return withLink(FLIPPED.map(flip), async (link, push, pull) => {
    let sending = true;
    const sends = (async () => {
      for (let number = 0; sending; await turns(3)) push.trySend(`message ${number++}`);
    })();
    while (link.faults.length > 0) {
      const message = pull.tryReceive();
      if (message !== undefined) {
        match(String(message), /^message \d+$/);
        // A byte that changes nothing, or one of a later message.
        if (link.passed.up > 1000 * link.connections) link.cut();
      }
      await turns(1);
    }
    await next(pull.events, "handshake:error:protocol");
    match(String(await received(pull)), /^message \d+$/);
    sending = false;
    await sends;
  }, 200); // a changed length has the other side wait for more
});
