/**
 * One argument too many, for every constructor and method of the public entries. Functions and static methods aren't among
 * them: programs pass these to `map` and `then`, which pass on more than one.
 */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as library from "../mod.ts";
import * as draft from "../socket/draft.ts";
import * as proxy from "../proxy.ts";
import * as security from "../security/mod.ts";
import "./socket/drafts.ts";
import "./util.ts";

const { Certificate, CertificateFolder } = security;
const { Pull, Push, Socket } = library;
const KEY = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
const ADDRESS = ["inproc://arguments"];
const NOW = { timeout: 0 };
const TO_PEER = { routingId: 1 };
const TO_GROUP = { group: "a" };
const watched = new Pull();
const certificate = Certificate.create();

/** As many arguments as a method may have, by its class's name and its own, or by its own alone. None where it isn't here. */
const MOST: Record<string, readonly unknown[]> = {
  ...{ bind: ADDRESS, bindSync: ADDRESS, unbind: ADDRESS, unbindSync: ADDRESS },
  ...{ connect: ADDRESS, disconnect: ADDRESS, connectPeer: ADDRESS },
  ...{ "Router.connect": [...ADDRESS, {}], "Stream.connect": [...ADDRESS, {}] },
  bindToRandomPort: ["tcp://127.0.0.1", {}],
  ...{ wait: [NOW], waitSync: [NOW], iterate: [{}] },
  ...{ getOption: [16, "int"], setOption: [17, 0] },
  ...{ addTcpAcceptFilter: ["127.0.0.1"], addIpcFilterPid: [1], addIpcFilterUid: [1] },
  addIpcFilterGid: [1],
  ...{ receive: [NOW], receiveSync: [NOW], drain: [{}], visit: [() => {}, {}] },
  ...{ toReadableByteStream: [{}], toWritableByteStream: [{}] },
  ...{ send: ["text", NOW], sendSync: ["text", NOW], trySend: ["text"] },
  ...Object.fromEntries(["send", "sendSync", "trySend"].flatMap((method) => [
    ...["Server", "Peer"].map((name) => [`${name}.${method}`, ["text", TO_PEER]]),
    [`Radio.${method}`, ["text", TO_GROUP]],
  ])),
  ...{ add: [0, {}], modify: [watched, { readable: true }], remove: [watched], has: [watched] },
  ...{ addTimer: [5, {}], reset: [5] },
  ...{ addThreadAffinity: [0], removeThreadAffinity: [0] },
  ...{ on: ["accept", () => {}, {}], off: ["accept", () => {}] },
  ...{ run: [{}], terminate: [NOW] },
  ...{ allow: ["127.0.0.1", {}], deny: ["127.0.0.1", {}], configureNull: [true, {}] },
  ...{ configurePlain: [{}, {}], configureCurve: [[KEY], {}], configureGssapi: [true, {}] },
  ...{ clientOptions: [KEY, {}], serverOptions: [{}], save: ["/nowhere", {}] },
  ...{ get: [KEY], "CertificateFolder.has": [KEY] },
  "Frame.toString": ["utf8"],
};

/** Those that take as many as one likes. */
const ANY_NUMBER = new Set(["subscribe", "unsubscribe", "join", "leave"]);

/** How an object is made, where not by its constructor without arguments. */
const MADE: Record<string, () => unknown> = {
  Frame: () => new library.Frame(5),
  PollerTimer: () => new library.Poller().addTimer(5),
  Observer: () => new Pull().events,
  Proxy: () => new proxy.Proxy(new Pull(), new Push()),
  Certificate: () => certificate,
  CertificateFolder: () => CertificateFolder.open(import.meta.dirname!),
};

/** As many arguments as a constructor may have. */
const MOST_MADE: Record<string, readonly unknown[]> = {
  Proxy: [new Pull(), new Push(), {}],
  Certificate: [{ publicKey: KEY }],
};

/** Classes that programs don't make, and whose constructors copy those of JavaScript's own. */
const NOT_MADE = new Set([
  ...["Frame", "PollerTimer", "Observer", "CertificateFolder", "Socket"],
  ...["ZmqError", "LibraryError"],
]);

type Callable = (...args: unknown[]) => unknown;

/** What a call does, in words; undefined where it's refused by a TypeError that names what was called. */
async function mistakeOf(call: () => unknown, text: RegExp): Promise<string | undefined> {
  try {
    await call();
    return "was let through";
  } catch (error) {
    return error instanceof TypeError && text.test(error.message) ? undefined : `${error}`;
  }
}

function mostOf(name: string, method: string): readonly unknown[] {
  return MOST[`${name}.${method}`] ?? MOST[method] ?? [];
}

/** Makes an object of a class, which is ended with the block. */
async function make(
  name: string,
  Class: new () => object,
): Promise<Disposable & { methods: Record<string, Callable> }> {
  const methods = await (MADE[name] ?? (() => new Class()))() as Record<string | symbol, Callable>;
  const end = [Symbol.dispose, "cancel"].find((one) => one in methods);
  return { methods, [Symbol.dispose]: () => void (end && methods[end]()) };
}

/** Whether it's an object of options that may be left out. */
function isOptional(argument: unknown): boolean {
  if (argument === TO_PEER || argument === TO_GROUP) return false;
  return argument !== null && Object.getPrototypeOf(argument) === Object.prototype;
}

/** The methods of a class, with those that it inherits from this library's. */
function* methodsOf(Class: { prototype: object }): Generator<string> {
  for (
    let at = Class.prototype;
    at !== Object.prototype && at !== Uint8Array.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === "function" && name !== "constructor") yield name;
    }
  }
}

const entries = Object.entries({ ...library, ...draft, ...proxy, ...security });
const classes = entries.filter(([name, value]) =>
  typeof value === "function" && /^[A-Z]/.test(name)
) as [string, (new (...args: unknown[]) => object) & { prototype: object }][];

for (const [name, Class] of classes) {
  const isDraft = name in draft;
  const ignore = isDraft && !library.capability.draft;
  if (!NOT_MADE.has(name)) {
    Deno.test({
      name: `${name}: its constructor refuses an argument too many`,
      ignore,
      async fn() {
        const most = MOST_MADE[name] ?? [{}];
        assertEquals(
          await mistakeOf(() => new Class(...most, "extra"), new RegExp(name)),
          undefined,
        );
      },
    });
  }
  if (name === "Socket" || name.endsWith("Error")) continue;
  Deno.test({
    name: `${name}: each method refuses an argument too many, before it does anything`,
    ignore,
    async fn() {
      using made = await make(name, Class);
      const object = made.methods;
      const before = Deno.inspect(object);
      const wrong: string[] = [];
      for (const method of methodsOf(Class)) {
        if (ANY_NUMBER.has(method)) continue;
        const most = mostOf(name, method);
        const withoutOptions = most.map((one) => isOptional(one) ? undefined : one);
        for (const args of [most, withoutOptions]) {
          const call = () => object[method](...args, "extra");
          const mistake = await mistakeOf(call, new RegExp(method));
          if (mistake !== undefined) wrong.push(`${method} ${mistake}`);
        }
        if (Deno.inspect(object) !== before) wrong.push(`${method} did something`);
      }
      assertEquals(wrong, []);
      assert(name === "Frame" || [...methodsOf(Class)].length > 1);
    },
  });
}

/** What a method says that gets text where it takes options. */
const MEANT =
  /takes .*such as \{ \w+.* \}$|takes one message: several parts are an array|PLAIN needs names/;

for (const [name, Class] of classes) {
  if (name === "Socket" || name.endsWith("Error")) continue;
  Deno.test({
    name:
      `${name}: each method shows the options that it takes to a program that passes something else`,
    ignore: name in draft && !library.capability.draft,
    async fn() {
      using object = await make(name, Class);
      const wrong: string[] = [];
      for (const method of methodsOf(Class)) {
        for (const [at, one] of mostOf(name, method).entries()) {
          if (!isOptional(one)) continue;
          const given = [...mostOf(name, method).slice(0, at), "text"];
          const mistake = await mistakeOf(() => object.methods[method](...given), MEANT);
          if (mistake !== undefined) wrong.push(`${method} ${mistake}`);
        }
      }
      assertEquals(wrong, []);
    },
  });
}

Deno.test("the test of arguments knows every socket's class", () => {
  const sockets = classes.filter(([, Class]) => Class.prototype instanceof Socket);
  assertEquals(sockets.length, 21);
});
