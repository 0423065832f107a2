/** Limits on messages of several parts: what is larger is dropped, whichever way a program receives. */

import { deepStrictEqual as assertEquals, ok as assert, rejects, throws } from "node:assert/strict";
import {
  Dealer,
  metadataOf,
  Pair,
  Poller,
  Pull,
  type PullOptions,
  Push,
  Reply,
  Request,
  Router,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { libc } from "../../ffi/libc.ts";
import { watched } from "../replacing.ts";
import { freshAddress, join } from "../util.ts";
import "./observing.ts";
import { soon, turn } from "../waiting.ts";

/** How many parts are dropped at once. */
const SLICE = 4096;
/** How many messages one try drops. */
const MOST_DROPS = 16;
const LIMITS = { maxMessageParts: 3, maxMultipartSize: 100 };

const parts = (count: number) => Array<string>(count).fill("");
const poison = () => parts(2 * SLICE + 100);

/** Two sockets, and what the program's receives return, as text. */
async function pair(options: PullOptions = LIMITS) {
  const pull = new Pull({ receiveHighWaterMark: 0, ...options });
  const push = new Push({ sendHighWaterMark: 0 });
  await join(pull, push, freshAddress("inproc"));
  return {
    pull,
    push,
    [Symbol.dispose]() {
      pull.close();
      push.close();
    },
  };
}

/** The ways to receive all messages that are there, up to one that says "end". */
const WAYS: Record<string, (pull: Pull) => Promise<string[][]>> = {
  "receive": (pull) => untilEnd(() => pull.receive()),
  "receive, without waiting": (pull) => untilEnd(() => soon(retried(pull))),
  "receives that wait already": async (pull) => {
    const all = await Promise.all([1, 2, 3].map(() => pull.receive()));
    return all.slice(0, -1).map((message) => message.map(String));
  },
  "receive with properties": (pull) => {
    pull.receivedProperties = ["Peer-Address"];
    return untilEnd(() => pull.receive());
  },
  "receiveSync": (pull) => untilEnd(() => pull.receiveSync()),
  "receiveSync with a limit": (pull) => untilEnd(() => pull.receiveSync({ timeout: 5000 })),
  "iteration": async (pull) => {
    const found: string[][] = [];
    for await (const message of pull) {
      if (String(message[0]) === "end") break;
      found.push(message.map(String));
    }
    return found;
  },
  "drain, by a Poller": async (pull) => {
    using poller = new Poller();
    poller.add(pull);
    const found: string[][] = [];
    for (;;) {
      await poller.wait();
      for (const message of pull.drain()) {
        if (String(message[0]) === "end") return found;
        found.push(message.map(String));
      }
    }
  },
  "visit": async (pull) => {
    const found: string[][] = [];
    while (found.at(-1)?.[0] !== "end") {
      if (visited(pull, found, 0) === 0) await turn();
    }
    return found.slice(0, -1);
  },
  "visit that blocks": (pull) => {
    const found: string[][] = [];
    while (found.at(-1)?.[0] !== "end") assert(visited(pull, found, Infinity) > 0);
    return Promise.resolve(found.slice(0, -1));
  },
  "a Web stream": async (pull) => {
    const reader = pull.toReadableStream().getReader();
    const found = await untilEnd(async () => (await reader.read()).value!);
    await reader.cancel();
    return found;
  },
};

async function untilEnd(next: () => { toString(): string }[] | Promise<{ toString(): string }[]>) {
  const found: string[][] = [];
  for (;;) {
    const message = (await next()).map(String);
    if (message[0] === "end") return found;
    found.push(message);
  }
}

async function retried(pull: Pull) {
  for (;;) {
    try {
      return await pull.receive({ timeout: 0 });
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
      await turn();
    }
  }
}

function visited(pull: Pull, found: string[][], timeout: number): number {
  let message: string[] = [];
  return pull.visit((bytes, more) => {
    message.push(new TextDecoder().decode(bytes));
    if (more) return;
    found.push(message);
    message = [];
  }, { timeout });
}

for (const [name, receiveAll] of Object.entries(WAYS)) {
  Deno.test(`${name}: a message beyond the limits is dropped, and those before and behind it come whole`, async () => {
    using ends = await pair();
    const { pull, push } = ends;
    const sent = async () => {
      await push.send(["a", "b", "c"]);
      for (let i = 0; i <= MOST_DROPS; i++) await push.send(parts(4));
      await push.send(poison());
      await push.send(["d".repeat(200)]); // of one part, which has other limits
      await push.send("end");
    };
    if (name.startsWith("receives")) await Promise.all([sent(), check()]);
    else {
      await sent();
      await check();
    }
    async function check() {
      assertEquals(await soon(receiveAll(pull)), [["a", "b", "c"], ["d".repeat(200)]]);
      assertEquals(pull.droppedMessages, MOST_DROPS + 2);
    }
  });
}

Deno.test("a message may have as many parts, and as many bytes, as the limits say", async () => {
  using ends = await pair({ maxMessageParts: 3, maxMultipartSize: 10 });
  const { pull, push } = ends;
  const within = [["1", "2", "3"], ["12345", "67890"]];
  const beyond = [["1", "2", "3", "4"], ["12345", "678901"], ["12345678901", ""], [
    "",
    "12345678901",
  ]];
  for (const message of [...within, ...beyond]) await push.send(message);
  assertEquals(pull.drain().map((message) => message.map(String)).toArray(), within);
  assertEquals(pull.droppedMessages, beyond.length);
});

Deno.test("one peer's messages beyond the limits take nothing from another's", async () => {
  using router = new Router({ ...LIMITS, receiveHighWaterMark: 0 });
  const address = await router.bind("tcp://127.0.0.1:*");
  using good = new Dealer({ routingId: "good" });
  using bad = new Dealer({ routingId: "bad", sendHighWaterMark: 0, linger: 0 });
  for (const dealer of [good, bad]) dealer.connect(address);
  const count = 200;
  const received: string[] = [];
  const receiving = (async () => {
    for await (const [from, body] of router) {
      received.push(`${from} ${body}`);
      if (received.length === count) break;
    }
  })();
  for (let i = 0; i < count; i++) {
    if (i % 20 === 0) await bad.send(poison());
    await good.send(String(i));
  }
  await soon(receiving);
  assertEquals(received, Array.from({ length: count }, (_, i) => `good ${i}`));
});

Deno.test("while a large message is dropped, others have their turn", async () => {
  using ends = await pair();
  const { pull, push } = ends;
  await push.send(parts(25 * SLICE));
  await push.send("end");
  let turns = 0;
  let received = false;
  const receiving = pull.receive().then((message) => {
    received = true;
    return message;
  });
  for (; !received; turns++) await turn();
  assertEquals(String(await receiving), "end");
  assert(turns >= 20, `${turns}`);
});

Deno.test("a time-out is kept in the middle of what is dropped", async () => {
  using ends = await pair();
  const { pull, push } = ends;
  const sent = 10; // each try drops one, or two where their parts are there already
  for (let i = 0; i < sent; i++) await push.send(poison());
  await push.send("end");
  await rejects(pull.receive({ timeout: 0 }), { code: "EAGAIN" });
  const waiting = pull.receive();
  throws(() => pull.receiveSync({ timeout: 0 }), { code: "EAGAIN" });
  assert(pull.droppedMessages < sent);
  assertEquals(String(await soon(waiting)), "end");
});

for (
  const [name, receive] of Object.entries({
    receiveSync: (pull: Pull) => String(pull.receiveSync({ timeout: 20_000 })),
    visit: (pull: Pull) => {
      const found: string[][] = [];
      visited(pull, found, 20_000);
      return found.join();
    },
  })
) {
  Deno.test(`${name}: a call that blocks doesn't wait between the slices of what it drops`, async () => {
    using ends = await pair();
    const { pull, push } = ends;
    await push.send(poison());
    await push.send("end");
    let waits = 0;
    using _ = watched(libc(), "poll", () => void waits++);
    assertEquals([receive(pull), waits], ["end", 0]);
  });
}

Deno.test("an event says whose message was dropped, and which limit it exceeded", async () => {
  await using pull = new Pull(LIMITS);
  const { events } = pull;
  using push = new Push();
  await join(pull, push, freshAddress("tcp"));
  await push.send(parts(4));
  await push.send(["", "x".repeat(101)]);
  await push.send("end");
  assertEquals(String(await soon(pull.receive())), "end");
  const dropped: unknown[] = [];
  while (dropped.length < 2) {
    const event = await soon(events.receive());
    if (event.type === "message:drop") dropped.push(event);
  }
  const metadata = { "Peer-Address": "127.0.0.1" };
  assertEquals(dropped, [
    { type: "message:drop", limit: "maxMessageParts", metadata },
    { type: "message:drop", limit: "maxMultipartSize", metadata },
  ]);
});

Deno.test("the message behind one that was dropped has its metadata", async () => {
  using pull = new Pull({ ...LIMITS, receivedProperties: ["Socket-Type"] });
  using push = new Push();
  await join(pull, push, freshAddress("tcp"));
  await push.send(parts(4));
  await push.send(["one", "two"]);
  const message = await soon(pull.receive());
  assertEquals(message.map(String), ["one", "two"]);
  assertEquals({ ...metadataOf(message) }, { "Socket-Type": "PUSH" });
});

Deno.test("a visitor that closes a socket with limits is shown nothing more", async () => {
  using ends = await pair();
  const { pull, push } = ends;
  await push.send(["a", "b", "c"]);
  const seen: string[] = [];
  const visited = pull.visit((bytes) => {
    seen.push(new TextDecoder().decode(bytes));
    if (seen.length === 2) pull.close();
  });
  assertEquals([visited, seen], [1, ["a", "b"]]);
});

Deno.test("limits are numbers, which take effect at once, on sockets whose messages may have any number of parts", async () => {
  using ends = await pair({});
  const { pull, push } = ends;
  for (const name of ["maxMessageParts", "maxMultipartSize"] as const) {
    assertEquals(pull[name], Infinity);
    throws(() => pull[name] = "1" as unknown as number, TypeError);
    for (const value of [0, -1, 1.5, NaN]) throws(() => pull[name] = value, RangeError);
    pull[name] = 5;
    assertEquals(pull[name], 5);
  }
  assertEquals(pull.droppedMessages, 0);
  for (const message of [["1", "2", "3", "4", "5"], parts(6)]) await push.send(message);
  assertEquals(pull.drain().toArray().length, 1);
  pull.maxMessageParts = Infinity;
  await push.send(parts(6));
  assertEquals((await soon(pull.receive())).length, 6);
  for (const Class of [Dealer, Pair, Router, Subscriber, XPublisher, XSubscriber]) {
    using socket = new Class({ maxMessageParts: 5 });
    assertEquals(socket.maxMessageParts, 5);
  }
  for (const Class of [Push, Reply, Request, Stream]) {
    throws(() => new Class({ maxMessageParts: 5 } as object), TypeError);
  }
});
