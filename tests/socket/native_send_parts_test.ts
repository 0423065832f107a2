import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import {
  Dealer,
  type Frame,
  Pull,
  Push,
  type Receiver,
  type Sender,
  type Socket,
} from "../../mod.ts";
import { blockUntilReadable } from "../../poller/fd.ts";
import { zmq } from "../../ffi/libzmq.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import { pending, received } from "./support.ts";
import { soon } from "../waiting.ts";

// libzmq refuses a part in the middle of a message when the message's peer has gone since the first
// part. It reads what others tell a socket at most once a millisecond while that socket sends: so it
// learns of a peer that has just gone not with the first part, but behind one that takes some
// milliseconds to be copied. (On a machine too busy for that, the first part is refused already, and
// what is claimed here must hold just as well.)
const LARGE = new Uint8Array(32 << 20).fill(7);

/** A message's parts, with the large one as its length. */
function shapes(message: readonly (string | Uint8Array | Frame)[]): string[] {
  return message.map((part) => part.length === LARGE.length ? "large" : String(part));
}

/** A sender whose only peer has just gone, which it hasn't learnt yet. */
async function left<S extends Sender & Socket>(sender: S, peer: Receiver & Socket): Promise<S> {
  await peer.bind(freshAddress("inproc"));
  sender.connect(peer.lastEndpoint!);
  await sender.send("hello");
  assertEquals(await received(peer), ["hello"]);
  peer.close();
  // That it has gone is there to be read, and must not be read yet.
  blockUntilReadable(sender.fd, 20_000);
  return sender;
}

const MESSAGES: Record<string, (string | Uint8Array)[]> = {
  "in the middle": ["first", LARGE, "third", "last"],
  "at the end": ["first", LARGE],
};

for (const [where, parts] of Object.entries(MESSAGES)) {
  Deno.test(`a message that is refused ${where} isn't reported as sent, and goes whole to the next peer`, async () => {
    using sender = await left(new Dealer(), new Dealer());
    assertEquals(sender.trySend(parts), false);
    using next = new Dealer();
    await join(next, sender, freshAddress("inproc"));
    assert(sender.trySend(parts));
    assert(sender.trySend("after"));
    assertEquals(shapes(await soon(next.receive())), shapes(parts));
    assertEquals(await received(next), ["after"]);
    assertEquals(next.tryReceive(), undefined);
  });

  Deno.test(`a message that is refused ${where} waits for the next peer, and goes there once and whole`, async () => {
    using sender = await left(new Dealer(), new Dealer());
    const sent = sender.send(parts);
    assert(await pending(sent));
    const after = sender.send("after");
    using next = new Dealer();
    await join(next, sender, freshAddress("inproc"));
    await soon(Promise.all([sent, after]));
    assertEquals(shapes(await soon(next.receive())), shapes(parts));
    assertEquals(await received(next), ["after"]);
    assertEquals(next.tryReceive(), undefined);
  });

  // A Push takes its connection down so quickly that libzmq may already be dropping what is left of the
  // message, and says that it was sent: it's lost with its peer, as anything in that peer's queue is.
  Deno.test(`behind a message whose peer goes ${where}, a Push sends the next one whole`, async () => {
    using sender = await left(new Push(), new Pull());
    sender.trySend(parts);
    using next = new Pull();
    await join(next, sender, freshAddress("inproc"));
    assert(sender.trySend(["after", "it"]));
    assertEquals(await received(next), ["after", "it"]);
    assertEquals(next.tryReceive(), undefined);
  });
}

Deno.test("of a message whose first part is refused, nothing more is tried", () => {
  using push = new Push();
  const tried = new Set<number>();
  const note = (_socket: unknown, _bytes: unknown, length: number | bigint) => {
    tried.add(Number(length));
  };
  using _bytes = watched(zmq(), "zmq_send", note);
  using _text = watched(zmq(), "zmq_send_pinned", note);
  assertEquals(push.trySend([new Uint8Array(5), new Uint8Array(4)]), false);
  assertEquals([...tried], [5]);
});
