/** The options of transports, security and rarer patterns: defaults, reading as set, and what is refused. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Pair, Router, type Socket, XPublisher } from "../../mod.ts";
import { has } from "../../ffi/libzmq.ts";
import "../util.ts";

/** An option: its default, values that read back as they're set, and values out of range. */
interface Expected {
  of?: new (options?: object) => Socket;
  default: unknown;
  good: readonly unknown[];
  beyond?: readonly unknown[];
  /** Not to be set without it. */
  needs?: string;
}

const LARGEST = 2147483647;
const SAFE = Number.MAX_SAFE_INTEGER;
const NOT_WHOLE = [0.5, NaN, Infinity, -Infinity, LARGEST + 1];
const from = (least: number, fallback: number): Expected => ({
  default: fallback,
  good: [least, least + 1, 1234, LARGEST, fallback],
  beyond: [least - 1, ...NOT_WHOLE],
});
const within = (least: number, largest: number, fallback: number): Expected => ({
  default: fallback,
  good: [least, least + 1, largest - 1, largest, fallback],
  beyond: [least - 1, largest + 1, ...NOT_WHOLE],
});
const flag = (of?: new (options?: object) => Socket): Expected => ({
  of,
  default: false,
  good: [true, false],
});
const large = (fallback: number): Expected => ({
  default: fallback,
  good: [0, 1, 2 ** 40, SAFE, fallback],
  beyond: [-1, 0.5, NaN, Infinity, SAFE + 1],
});

const OPTIONS: Record<string, Expected> = {
  affinity: large(0),
  interface: {
    default: null,
    good: ["lo", "eth0", "x".repeat(15), null],
    beyond: ["", "x".repeat(16), "ü".repeat(8)],
  },
  multicastHops: within(1, 255, 1),
  multicastMaxTransportDataUnit: within(75, 65_535, 1500),
  rate: from(1, 100),
  recoveryInterval: from(0, 10_000),
  socksProxy: { default: null, good: ["127.0.0.1:1080", "proxy:1", null], beyond: [""] },
  tcpMaxRetransmitTimeout: from(0, 0),
  typeOfService: from(0, 0),
  useFd: { ...from(-1, -1), good: [-1] },
  vmciBufferMaxSize: { ...large(262_144), needs: "vmci" },
  vmciBufferMinSize: { ...large(128), needs: "vmci" },
  vmciBufferSize: { ...large(65_546), needs: "vmci" },
  vmciConnectTimeout: { ...from(-1, -1), needs: "vmci" },
  plainServer: flag(),
  zapEnforceDomain: flag(),
  zapDomain: {
    default: null,
    good: ["home", "größer", "x".repeat(255)],
    beyond: ["", "x".repeat(256)],
  },
  manual: flag(XPublisher),
  rawMode: { ...flag(Router), good: [false, true] }, // it can't be turned off
};

const get = (socket: Socket, name: string): unknown => Reflect.get(socket, name);
const set = (socket: Socket, name: string, value: unknown) =>
  Reflect.set(socket, name, value, socket);

for (const [name, expected] of Object.entries(OPTIONS)) {
  const Class = expected.of ?? Pair as new (options?: object) => Socket;
  const missing = expected.needs !== undefined && !has(expected.needs);

  Deno.test(`${name}: its default is as documented`, () => {
    using socket = new Class();
    assertEquals(get(socket, name), expected.default);
  });

  Deno.test({
    name: `${name}: reads as it was set, as a property and by the constructor`,
    ignore: missing,
    fn: () => {
      using socket = new Class();
      for (const value of expected.good) {
        set(socket, name, value);
        assertEquals(get(socket, name), value);
        using other = new Class({ [name]: value });
        assertEquals(get(other, name), value);
      }
    },
  });

  Deno.test(`${name}: refuses what is of another type, and what is out of its range`, () => {
    using socket = new Class();
    const wrong = typeof expected.default === "boolean"
      ? [0, 1, "true", null]
      : typeof expected.default === "number"
      ? [true, "5", 5n, null]
      : [5, true, 5n];
    for (const value of [...wrong, {}, [1]]) {
      const refused = { name: "TypeError", message: new RegExp(`The option ${name} must`) };
      throws(() => set(socket, name, value), refused);
      throws(() => new Class({ [name]: value }), refused);
    }
    for (const value of expected.beyond ?? []) {
      const refused = { name: "RangeError", message: new RegExp(`The option ${name} must`) };
      throws(() => set(socket, name, value), refused);
      throws(() => new Class({ [name]: value }), refused);
    }
    assertEquals(get(socket, name), expected.default);
  });

  if (expected.needs !== undefined) {
    Deno.test({
      name: `${name}: can't be set by a libzmq without ${expected.needs}, which the error says`,
      ignore: !missing,
      fn: () => {
        using socket = new Class();
        for (const value of expected.good) {
          throws(() => set(socket, name, value), {
            name: "ZmqError",
            code: "EINVAL",
            message: new RegExp(`${name} needs a libzmq that was built with ${expected.needs}`),
          });
        }
        assertEquals(get(socket, name), expected.default);
      },
    });
  }

  Deno.test(`${name}: can be neither read nor set on a closed socket`, () => {
    const socket = new Class();
    socket.close();
    throws(() => get(socket, name), { name: "ZmqError", code: "EBADF" });
    throws(() => set(socket, name, expected.good[0]), { name: "ZmqError", code: "EBADF" });
  });
}

Deno.test("no stable type of socket is for several threads at once", () => {
  using pair = new Pair();
  assertEquals(pair.threadSafe, false);
});
