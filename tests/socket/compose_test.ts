import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  context,
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import "../util.ts";

/** What libzmq calls each class, and which halves it has. */
const CLASSES = [
  { Class: Pair, type: 0, receives: true, sends: true },
  { Class: Publisher, type: 1, receives: false, sends: true },
  { Class: Subscriber, type: 2, receives: true, sends: false },
  { Class: Request, type: 3, receives: true, sends: true },
  { Class: Reply, type: 4, receives: true, sends: true },
  { Class: Dealer, type: 5, receives: true, sends: true },
  { Class: Router, type: 6, receives: true, sends: true },
  { Class: Pull, type: 7, receives: true, sends: false },
  { Class: Push, type: 8, receives: false, sends: true },
  { Class: XPublisher, type: 9, receives: true, sends: true },
  { Class: XSubscriber, type: 10, receives: true, sends: true },
  { Class: Stream, type: 11, receives: true, sends: true },
] as const;

const RECEIVING = [
  ...["receive", "tryReceive", "receiveSync", "drain", "visit", "iterate", "readable"],
  ...["receiveTimeout", "receiveHighWaterMark", "receiveBufferSize", Symbol.asyncIterator],
];
const SENDING = [
  ...["send", "trySend", "sendSync", "writable", "maxPendingSends"],
  ...["sendTimeout", "sendHighWaterMark", "sendBufferSize"],
];
const EVERYWHERE = [
  ...["bind", "unbind", "connect", "disconnect", "close", "closed", "context", "fd", "type"],
  ...["wait", "waitSync", "lastEndpoint", "linger", Symbol.dispose, Symbol.asyncDispose],
];

for (const { Class, type, receives, sends } of CLASSES) {
  Deno.test(`a ${Class.name} has the halves of its pattern, and nothing else is there`, () => {
    const having = (names: readonly PropertyKey[]) =>
      names.filter((name) => name in Class.prototype);
    assertEquals(having(RECEIVING), receives ? RECEIVING : []);
    assertEquals(having(SENDING), sends ? SENDING : []);
    assertEquals(having(EVERYWHERE), EVERYWHERE);
    const subscribes = Class === Subscriber || Class === XPublisher;
    assertEquals(having(["subscribe", "unsubscribe"]).length, subscribes ? 2 : 0);
    assertEquals("verbosity" in Class.prototype, Class === XPublisher);
    const named = [Request, Reply, Dealer, Router] as readonly unknown[];
    assertEquals("routingId" in Class.prototype, named.includes(Class));
  });

  Deno.test(`a new ${Class.name} is open, of its type, in the default context, and nowhere`, () => {
    using socket = new Class();
    assert(socket instanceof Socket && socket instanceof Class);
    assertEquals([socket.type, socket.closed, socket.lastEndpoint], [type, false, null]);
    assert(socket.context === context);
    assertEquals(Reflect.get(socket, "readable"), receives ? false : undefined);
    // In libzmq's words: these patterns drop what no one takes, or say where it can't go.
    const drops = [Publisher, Router, XPublisher, XSubscriber, Stream] as readonly unknown[];
    assertEquals(Reflect.get(socket, "writable"), sends ? drops.includes(Class) : undefined);
  });
}

Deno.test("a method that was taken from its socket works on another of its kind", async () => {
  using push = new Push();
  using pull = new Pull();
  await pull.bind("inproc://taken-method");
  push.connect("inproc://taken-method");
  const { send } = Push.prototype;
  const { receive } = Pair.prototype;
  await send.call(push, "hello");
  assertEquals((await receive.call(pull))[0].text(), "hello");
});

Deno.test("a class can be extended, with options of the parent's and members of its own", async () => {
  class Jobs extends Push {
    readonly sent: string[] = [];
    async add(job: string): Promise<void> {
      await this.send(job);
      this.sent.push(job);
    }
  }
  using jobs = new Jobs({ linger: 5 });
  using pull = new Pull();
  await pull.bind("inproc://extended");
  jobs.connect("inproc://extended");
  await jobs.add("sweep");
  assertEquals([jobs.sent, jobs.linger, jobs.closed], [["sweep"], 5, false]);
  assertEquals((await pull.receive())[0].text(), "sweep");
});

Deno.test("a subclass's own field is no option", () => {
  class Named extends Push {
    title = "none";
  }
  throws(() => new Named({ title: "mine" } as never), {
    name: "TypeError",
    message: /no option title/,
  });
});
