/** Traffic within the process: each pattern over each transport, in each way of receiving, by sockets that come and go. */

import {
  Context,
  Dealer,
  type Frame,
  Poller,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Subscriber,
} from "../../mod.ts";
import { freshAddress, type Transport } from "../util.ts";
import { below, bounded, counts, Failure, Numbered, oneOf } from "./counts.ts";

const MARKS = [1000, 1000, 10, 2];

/** One round: sockets are opened, talk, and are closed. */
async function round(transport: Transport): Promise<void> {
  const own = below(3) === 0 ? new Context() : undefined;
  if (own !== undefined) counts.contexts++;
  const options = own === undefined ? {} : { context: own };
  const pattern = oneOf(tasks, tasks, news, requests, addressed);
  try {
    await bounded(pattern(transport, options), `${pattern.name} over ${transport}`);
  } finally {
    own?.close();
  }
}

interface Where {
  context?: Context;
}

/** Where ipc's addresses are: libzmq's wildcard makes a folder for each. */
function addressOf(transport: Transport): string {
  return transport === "ipc" ? "ipc://*" : freshAddress(transport);
}

function opened<T extends Socket>(socket: T): T {
  counts.sockets++;
  return socket;
}

/** Two sockets, either of which is bound. */
async function joined(one: Socket, other: Socket, transport: Transport): Promise<void> {
  const [bound, connected] = below(2) === 0 ? [one, other] : [other, one];
  connected.connect(await bound.bind(addressOf(transport)));
}

async function tasks(transport: Transport, where: Where): Promise<void> {
  using push = opened(new Push({ ...where, sendHighWaterMark: oneOf(...MARKS) }));
  using pull = opened(new Pull({ ...where, receiveHighWaterMark: oneOf(...MARKS) }));
  await joined(push, pull, transport);
  const number = 100 + below(2000);
  const received = new Numbered(`tasks over ${transport}`);
  await Promise.all([sendAll(push, number), receiveAll(pull, number, received)]);
  received.end(number);
}

/** Sends so many messages: awaited, tried, with time-outs and signals that end before. */
async function sendAll(push: Push, number: number): Promise<void> {
  for (let i = 0; i < number;) {
    const message = Numbered.message(i);
    const how = below(20);
    if (how > 9) {
      await push.send(message);
      i++;
    } else if (how > 1) {
      if (push.trySend(message)) i++;
      else await push.wait();
    } else if (await ended(push, message, how === 0)) {
      i++;
    }
  }
}

/** A send that may be aborted, or late. Returns whether the message went. */
async function ended(
  push: Push,
  message: Uint8Array<ArrayBuffer>,
  aborts: boolean,
): Promise<boolean> {
  const controller = new AbortController();
  const sent = push.send(message, aborts ? { signal: controller.signal } : { timeout: 1 });
  controller.abort();
  try {
    await sent;
    return true;
  } catch {
    counts[aborts ? "aborts" : "timeouts"]++;
    return false;
  }
}

async function receiveAll(pull: Pull, number: number, received: Numbered): Promise<void> {
  const take = (frames: Frame[]) => received.take(frames[0]);
  while (received.next < number) {
    const until = Math.min(number, received.next + 1 + below(300));
    await oneOf(byReceive, byIteration, byPoller, byDrain, byVisit, byEnds)(
      pull,
      until,
      received,
      take,
    );
  }
}

type Way = (
  pull: Pull,
  until: number,
  received: Numbered,
  take: (frames: Frame[]) => void,
) => Promise<void>;

const byReceive: Way = async (pull, until, received, take) => {
  while (received.next < until) take(await pull.receive());
};

const byIteration: Way = async (pull, until, received, take) => {
  for await (const frames of pull) {
    take(frames);
    if (received.next >= until) break;
  }
};

const byPoller: Way = async (pull, until, received, take) => {
  using poller = new Poller(below(8) === 0 ? { backend: oneOf("poll", "select") } : {});
  poller.add(pull);
  while (received.next < until) {
    const ready = below(10) === 0 ? poller.waitSync({ timeout: 1 }) : await poller.wait();
    if (ready.length > 0) take(pull.tryReceive()!);
  }
};

const byDrain: Way = async (pull, until, received, take) => {
  while (received.next < until) {
    await pull.wait();
    for (const frames of pull.drain({ limit: until - received.next })) take(frames);
  }
};

const byVisit: Way = async (pull, until, received) => {
  while (received.next < until) {
    await pull.wait();
    pull.visit((bytes) => received.take(bytes), { limit: until - received.next });
  }
};

/** Receives that are aborted, or late, among others. */
const byEnds: Way = async (pull, until, received, take) => {
  while (received.next < until) {
    const controller = new AbortController();
    const aborted = pull.receive({ signal: controller.signal });
    if (below(2) === 0) controller.abort();
    const late = pull.receive({ timeout: below(3) });
    queueMicrotask(() => controller.abort());
    for (const [name, one] of [["aborts", aborted], ["timeouts", late]] as const) {
      try {
        take(await one);
      } catch {
        counts[name]++;
      }
    }
    if (received.next >= until) return;
  }
};

async function news(transport: Transport, where: Where): Promise<void> {
  using publisher = opened(new Publisher({ ...where, sendHighWaterMark: 0 }));
  const address = await publisher.bind(addressOf(transport));
  const subscribers = Array.from({ length: 1 + below(3) }, () => {
    const subscriber = opened(new Subscriber({ ...where, receiveHighWaterMark: 0 }));
    subscriber.subscribe(new Uint8Array([1]));
    return subscriber;
  });
  try {
    for (const subscriber of subscribers) {
      subscriber.connect(address);
      do publisher.trySend([new Uint8Array([1]), "?"]); while (
        !await subscriber.wait({ timeout: 5 })
      );
    }
    const number = 50 + below(500);
    const all = subscribers.map(async (subscriber) => {
      const received = new Numbered(`news over ${transport}`);
      for await (const [, body] of subscriber) {
        if (body.length === 1 && body[0] === 63) continue;
        received.take(body);
        if (received.next === number) break;
      }
      received.end(number);
    });
    for (let i = 0; i < number; i++) {
      publisher.trySend([new Uint8Array([2]), "unheard"]);
      await publisher.send([new Uint8Array([1]), Numbered.message(i)]);
    }
    await Promise.all(all);
  } finally {
    for (const subscriber of subscribers) subscriber.close();
  }
}

async function requests(transport: Transport, where: Where): Promise<void> {
  using reply = opened(new Reply(where));
  using request = opened(new Request(where));
  await joined(reply, request, transport);
  const number = 20 + below(300);
  const served = (async () => {
    for (let i = 0; i < number; i++) await reply.send(await reply.receive());
  })();
  const received = new Numbered(`requests over ${transport}`);
  for (let i = 0; i < number; i++) {
    await request.send(Numbered.message(i));
    received.take((await request.receive())[0]);
  }
  await served;
}

async function addressed(transport: Transport, where: Where): Promise<void> {
  using router = opened(
    new Router({ ...where, mandatory: true, sendHighWaterMark: oneOf(...MARKS) }),
  );
  const address = await router.bind(addressOf(transport));
  const dealers = Array.from({ length: 1 + below(4) }, () => opened(new Dealer(where)));
  try {
    for (const dealer of dealers) dealer.connect(address);
    const number = 20 + below(300);
    const served = (async () => {
      for (let i = 0; i < number * dealers.length; i++) {
        const [id, body] = await router.receive();
        await router.send([id, body]);
      }
    })();
    await Promise.all(dealers.map(async (dealer) => {
      const received = new Numbered(`dealers over ${transport}`);
      for (let i = 0; i < number; i++) await dealer.send(Numbered.message(i));
      await byReceive(
        dealer as unknown as Pull,
        number,
        received,
        ([body]) => received.take(body),
      );
      received.end(number);
    }));
    await served;
  } finally {
    for (const dealer of dealers) dealer.close();
  }
}

/** A receiver that stays, to which senders come and go: what each has sent before its end arrives. */
async function churn(transport: "tcp" | "inproc", until: number): Promise<void> {
  using pull = opened(new Pull());
  const address = await pull.bind(addressOf(transport));
  while (performance.now() < until) {
    const senders = Array.from({ length: 1 + below(5) }, () => 1 + below(50));
    for (const [which, number] of senders.entries()) {
      using push = opened(new Push());
      push.connect(address);
      for (let i = 0; i < number; i++) await push.send([String(which), Numbered.message(i)]);
    }
    const received = senders.map((_, which) => new Numbered(`sender ${which} over ${transport}`));
    const all = senders.reduce((sum, number) => sum + number);
    for (let i = 0; i < all; i++) {
      const [which, body] = await bounded(
        pull.receive(),
        `a closed sender's message over ${transport}`,
      );
      received[Number(which.text())].take(body);
    }
    for (const [which, number] of senders.entries()) received[which].end(number);
  }
  if (pull.readable) throw new Failure(`more over ${transport} than was sent`);
}

/** All of that, until a time. */
export const patterns: Record<string, (until: number) => Promise<void>> = {
  churn: async (until) => {
    await Promise.all([churn("tcp", until), churn("inproc", until)]);
  },
};
for (const transport of ["tcp", "ipc", "inproc"] as const) {
  patterns[`patterns over ${transport}`] = async (until) => {
    while (performance.now() < until) await round(transport);
  };
}
