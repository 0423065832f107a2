/** Unknown names of options, in constructors and by assignment, and which names they lead to. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import {
  Context,
  Dealer,
  Pair,
  Publisher,
  Pull,
  Push,
  Reply,
  Request,
  Router,
  type Socket,
  Stream,
  Subscriber,
  XPublisher,
  XSubscriber,
} from "../../mod.ts";
import { hasOption } from "../../socket/option_names.ts";
import { ROOT } from "../files.ts";
import "../util.ts";

type Class = { new (options?: object, ...more: unknown[]): Socket; name: string };

const CLASSES = [
  ...[Pair, Publisher, Subscriber, Request, Reply, Dealer],
  ...[Router, Pull, Push, XPublisher, XSubscriber, Stream],
] as Class[];

const set = (socket: Socket, name: string, value: unknown = 0) => () => {
  (socket as unknown as Record<string, unknown>)[name] = value;
};
/** The message for a name, in the constructor's words and in an assignment's. */
const refuses = (Class: Class, name: string, says: string) => {
  const message = (what: string) => `A ${Class.name} has no ${what} ${name}${says}`;
  throws(() => new Class({ [name]: 0 }), { name: "TypeError", message: message("option") });
  using socket = new Class();
  throws(set(socket, name), { name: "TypeError", message: message("property") });
  assertEquals(Object.keys(socket), []);
};

Deno.test("a mistyped name leads to the nearest option of the class", () => {
  for (const Class of CLASSES) refuses(Class, "lingr", "; did you mean linger?");
  refuses(Push as Class, "sendHighwaterMark", "; did you mean sendHighWaterMark?");
  refuses(Pull as Class, "recieveTimeout", "; did you mean receiveTimeout?");
  refuses(Router as Class, "mandatroy", "; did you mean mandatory?");
});

Deno.test("pyzmq's hwm on a socket that only receives was refused as an option of sending", () => {
  refuses(Pull as Class, "hwm", "; did you mean receiveHighWaterMark?");
  refuses(Subscriber as Class, "ZMQ_HWM", "; did you mean receiveHighWaterMark?");
  for (const Class of [Push, Dealer]) {
    refuses(Class as Class, "hwm", "; did you mean sendHighWaterMark?");
  }
});

Deno.test("a name that is like none is refused without advice", () => {
  for (const Class of CLASSES) refuses(Class, "colour", "");
});

Deno.test("options from an object's prototype were left out, without a word", () => {
  using push = new Push(Object.create({ linger: 5 }));
  assertEquals(push.linger, 5);
  throws(() => new Push(Object.create({ lingr: 5 })), { message: /did you mean linger\?$/ });
});

Deno.test("an unknown option was let through if its value was undefined", () => {
  throws(() => new Push({ lingr: undefined } as never), { message: /did you mean linger\?$/ });
  using push = new Push({ linger: undefined });
  assertEquals(push.linger, -1);
});

Deno.test("what other code has put on every object isn't taken for an option", () => {
  const every = Object.prototype as { left?: number };
  every.left = 1;
  try {
    new Push({ linger: 0 }).close();
  } finally {
    delete every.left;
  }
});

Deno.test("names that mix ours and libzmq's lead to ours", () => {
  refuses(Dealer as Class, "sendHWM", "; did you mean sendHighWaterMark?");
  refuses(Dealer as Class, "recvHWM", "; did you mean receiveHighWaterMark?");
  refuses(XPublisher as Class, "verbose", "; did you mean verbosity?");
});

Deno.test("an option of the other direction is refused, and why", () => {
  refuses(Push as Class, "receiveTimeout", ", since it doesn't receive");
  refuses(Push as Class, "rcvhwm", ", since it doesn't receive");
  refuses(Pull as Class, "sendHighWaterMark", ", since it doesn't send");
});

Deno.test("the name of what is done by a method leads to the method", () => {
  refuses(Pull as Class, "tcpAcceptFilter", ": there is a method, addTcpAcceptFilter()");
  using subscriber = new Subscriber();
  assertEquals(typeof subscriber.subscribe, "function");
  throws(() => new Subscriber({ subscribe: "news" } as never), {
    message: /method, subscribe\(\)$/,
  });
  throws(() => new Push({ send: 5 } as never), { message: /method, send\(\)$/ });
});

/** The names that libzmq has for our options, from what documents these. */
async function namesInC(): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const { name: file } of Deno.readDirSync(new URL("socket", ROOT))) {
    const source = await Deno.readTextFile(new URL(`socket/${file}`, ROOT));
    const members = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*(?:get )?(\w+)(?:\?:|\(\): )/g;
    for (const [, text, name] of source.matchAll(members)) {
      for (const [, inC] of text.matchAll(/`ZMQ_(\w+)`/g)) names.set(inC, name);
    }
  }
  return names;
}

Deno.test("libzmq's and pyzmq's names lead to ours, in whichever case", async () => {
  const names = await namesInC();
  const wrong: string[] = [];
  let led = 0;
  for (const [inC, ours] of names) {
    // One that has the option, so that it could be set.
    const Class = CLASSES.find((Class) => hasOption(Class.prototype, ours));
    if (Class === undefined) continue;
    for (const name of [inC, `ZMQ_${inC}`, inC.toLowerCase()]) {
      if (name === ours) continue;
      try {
        new Class({ [name]: 0 });
      } catch (error) {
        led++;
        const { message } = error as Error;
        if (!message.endsWith(`; did you mean ${ours}?`)) wrong.push(`${ours}: ${message}`);
      }
    }
  }
  assertEquals(wrong, []);
  assert(led > 200, `${led} names`);
});

Deno.test("a program's own subclass has properties and fields of its own", () => {
  class Named extends Push {
    field = 1;
    #secret = 2;
    declare later?: number;
    static readonly kind = "named";
    constructor(public readonly label: string) {
      super({ linger: 0 });
      this.later = 3;
    }
    get secret() {
      return this.#secret;
    }
    set volume(value: number) {
      this.field = value;
    }
  }
  using socket = new Named("one");
  set(socket, "extra", 4)();
  socket.volume = 5;
  assertEquals({ ...socket }, { field: 5, label: "one", later: 3, extra: 4 } as never);
  assertEquals([socket.secret, socket.linger], [2, 0]);
});

Deno.test("a subclass's own setters are options of its constructor", () => {
  class Loud extends Push {
    declare heard: number;
    set volume(value: number) {
      this.heard = value;
    }
  }
  using socket = new Loud({ volume: 5 } as never);
  assertEquals(socket.heard, 5);
  throws(() => new Loud({ volum: 5 } as never), {
    message: /^A Loud has no option volum; did you mean/,
  });
});

Deno.test("what every object has can be set, and symbols", () => {
  using socket = new Push();
  const tag = Symbol("tag");
  const members = socket as unknown as Record<PropertyKey, unknown>;
  members.toString = () => "mine";
  members[tag] = 1;
  assertEquals([String(socket), members[tag]], ["mine", 1]);
});

Deno.test("an object that has a socket for its prototype takes any property", () => {
  using socket = new Push();
  const derived = Object.create(socket);
  derived.colour = 1;
  assertEquals(Object.keys(derived), ["colour"]);
});

Deno.test("a constructor takes an object of options, and nothing else", () => {
  using context = new Context();
  for (const Class of CLASSES) {
    const takes = (text: string) => ({
      name: "TypeError",
      message: `new ${Class.name} takes ${text}`,
    });
    throws(() => new Class(context), takes("an object of options: pass { context }"));
    for (const wrong of [null, 5, "tcp://127.0.0.1:5555", [], true] as never[]) {
      throws(() => new Class(wrong), takes("an object of options, such as { linger: 0 }"));
    }
    // What has no names was taken for options without any.
    for (const wrong of [new Map([["linger", 5]]), Promise.resolve({}), new Date()] as never[]) {
      throws(() => new Class(wrong), takes("an object of options, such as { linger: 0 }"));
    }
    using named = new Class(Object.assign(new Date(), { linger: 5 }));
    assertEquals(named.linger, 5);
    throws(() => new Class({}, {}), takes("one argument, not 2"));
    throws(() => new Class(undefined, undefined), takes("one argument, not 2"));
  }
});

Deno.test("a socket as text is its class's name", () => {
  for (const Class of CLASSES) {
    using socket = new Class();
    assertEquals(String(socket), `[object ${Class.name}]`);
  }
});
