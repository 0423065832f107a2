import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Pull, Push, type Socket } from "../../mod.ts";
import { metadataBytes } from "../../socket/settable_options.ts";
import { freshAddress, join, withFolder } from "../util.ts";
import { onLinux, portOf, received } from "./support.ts";
import { soon } from "../waiting.ts";

/** Whether a socket lets an unknown peer in: libzmq introduces itself at once to those it does, and closes else. */
async function letsIn(connecting: Promise<Deno.Conn>): Promise<boolean> {
  using peer = await connecting;
  return (await soon(peer.read(new Uint8Array(100)))) !== null;
}

const overTcp = (socket: Socket, hostname = "127.0.0.1") =>
  letsIn(Deno.connect({ hostname, port: portOf(socket) }));
const overIpc = (socket: Socket) =>
  letsIn(Deno.connect({ transport: "unix", path: socket.lastEndpoint!.replace("ipc://", "") }));

// Who is let in.

Deno.test("tcpAcceptFilter refuses peers from elsewhere, and lets others in", async () => {
  for (
    const [filters, expected] of [
      [[], true],
      [["10.0.0.0/8"], false],
      [["127.0.0.0/8"], true],
      [["127.0.0.1"], true],
      [["127.0.0.2"], false],
      [["10.0.0.0/8", "127.0.0.1/32"], true],
      [["10.0.0.0/8", "192.168.0.0/16"], false],
      [["10.0.0.0/8", null], true],
      [["127.0.0.1", null, "10.0.0.0/8"], false],
    ] as const
  ) {
    using pull = new Pull();
    for (const filter of filters) {
      if (filter === null) pull.clearTcpAcceptFilters();
      else pull.addTcpAcceptFilter(filter);
    }
    await pull.bind(freshAddress("tcp"));
    assertEquals(await overTcp(pull), expected, `${filters}`);
  }
});

Deno.test("with ipv6, a tcpAcceptFilter of a network of IPv4 let everyone in", async () => {
  const ways = [
    (pull: Pull, filter: string) => pull.addTcpAcceptFilter(filter),
    (pull: Pull, filter: string) => pull.setOption(38, filter),
    (pull: Pull, filter: string) => pull.setOption(38, new TextEncoder().encode(`${filter}\0`)),
  ];
  for (
    const [filter, expected] of [
      ["10.0.0.0/8", false],
      ["127.0.0.2/32", false],
      ["127.0.0.1/32", true],
      ["127.0.0.0/8", true],
      ["0.0.0.0/0", true],
      ["::1/128", false],
      ["::ffff:127.0.0.0/104", true],
    ] as const
  ) {
    for (const add of ways) {
      using pull = new Pull({ ipv6: true });
      add(pull, filter);
      await pull.bind("tcp://*:*");
      assertEquals(await overTcp(pull), expected, filter);
    }
  }
  using pull = new Pull({ ipv6: true });
  const lengths = ["33", "95", "129", "-8", "", "x", "8x", "1e2"];
  for (const filter of lengths.map((length) => `10.0.0.0/${length}`)) {
    throws(() => pull.addTcpAcceptFilter(filter), { name: "ZmqError", code: "EINVAL" }, filter);
  }
});

Deno.test({
  name:
    "with ipv6, a tcpAcceptFilter whose length counts IPv6's bits was refused, and 0.0.0.0/0 refused peers of IPv6",
  ignore: !Deno.networkInterfaces().some(({ address }) => address === "::1"),
  fn: async () => {
    for (
      const [filter, host, expected] of [
        ["127.0.0.0/104", "127.0.0.1", true],
        ["127.0.0.2/128", "127.0.0.1", false],
        ["0.0.0.0/0", "127.0.0.1", true],
        ["0.0.0.0/0", "::1", true],
        ["127.0.0.0/8", "::1", false],
      ] as const
    ) {
      using pull = new Pull({ ipv6: true });
      pull.addTcpAcceptFilter(filter);
      await pull.bind("tcp://*:*");
      assertEquals(await overTcp(pull, host), expected, `${filter} ${host}`);
    }
  },
});

Deno.test("a tcpAcceptFilter concerns the binds that come after it", async () => {
  using pull = new Pull();
  await pull.bind(freshAddress("tcp"));
  pull.addTcpAcceptFilter("10.0.0.0/8");
  assertEquals(await overTcp(pull), true);
  await pull.bind(freshAddress("tcp"));
  assertEquals(await overTcp(pull), false);
});

Deno.test("a peer that a tcpAcceptFilter refuses doesn't get its messages through", async () => {
  using filtered = new Pull();
  filtered.addTcpAcceptFilter("10.0.0.0/8");
  using push = new Push({ linger: 0, immediate: true });
  await join(filtered, push);
  assertEquals(await overTcp(filtered), false);
  assertEquals(push.trySend("x"), false);
});

Deno.test("what is no address is refused as a tcpAcceptFilter", () => {
  using pull = new Pull();
  for (const filter of [5, true, {}, undefined, null, new Uint8Array(4)] as never[]) {
    throws(() => pull.addTcpAcceptFilter(filter), { name: "TypeError", message: /takes a string/ });
  }
  for (const filter of ["nowhere", "127.0.0.1/33", "127.0.0.1/-1", "x".repeat(255)]) {
    throws(() => pull.addTcpAcceptFilter(filter), { name: "ZmqError", code: "EINVAL" });
  }
  for (const filter of ["", "x".repeat(256), "ä".repeat(128)]) {
    throws(() => pull.addTcpAcceptFilter(filter), {
      name: "RangeError",
      message: /1 to 255 bytes/,
    });
  }
});

Deno.test("a user or a group whose number is 2^31 or more couldn't be let in", () => {
  using pull = new Pull();
  for (const id of [2 ** 31, 2 ** 32 - 2]) {
    pull.addIpcFilterUid(id);
    pull.addIpcFilterGid(id);
    throws(() => pull.addIpcFilterPid(id), { name: "RangeError" });
  }
});

for (
  const [name, own] of [
    ["addIpcFilterPid", Deno.pid],
    ["addIpcFilterUid", Deno.uid()!],
    ["addIpcFilterGid", Deno.gid()!],
  ] as const
) {
  Deno.test(onLinux(
    `${name} refuses peers of another one, and lets its own in`,
    () =>
      withFolder(async (folder) => {
        const other = own + 12345;
        for (
          const [ids, expected] of [
            [[own], true],
            [[other], false],
            [[other, own], true],
            [[other, null], true],
            [[own, null, other], false],
          ] as const
        ) {
          using pull = new Pull();
          for (const id of ids) {
            if (id === null) pull.clearIpcFilters();
            else pull[name](id);
          }
          await pull.bind(freshAddress("ipc", folder));
          assertEquals(await overIpc(pull), expected, `${ids}`);
        }
        using pull = new Pull();
        pull[name](own);
        using push = new Push();
        await join(pull, push, freshAddress("ipc", folder));
        await push.send("let in");
        assertEquals(await received(pull), ["let in"]);
      }),
  ));

  Deno.test(`${name} takes whole numbers from 0`, () => {
    using pull = new Pull();
    for (const id of ["1", true, 1n, undefined, null, {}] as never[]) {
      throws(() => pull[name](id), { name: "TypeError", message: /takes a number/ });
    }
    for (const id of [-1, 0.5, NaN, Infinity, 2 ** 32 - 1]) {
      throws(() => pull[name](id), { name: "RangeError" });
    }
  });
}

Deno.test("filters are methods: no constructor takes them, since they only add", () => {
  for (const name of ["tcpAcceptFilter", "ipcFilterPid", "ipcFilterUid", "ipcFilterGid"]) {
    throws(() => new Pull({ [name]: null } as never), { name: "TypeError", message: RegExp(name) });
  }
});

Deno.test("metadata that is set later comes beside what was set before", () => {
  using pair = new Push({ metadata: { "X-first": "1" } });
  pair.metadata = { "X-second": "2" };
  assertEquals(pair.metadata, { "X-first": "1", "X-second": "2" });
});

Deno.test("metadata has names of up to 254 bytes, each with one text, which can be set again", () => {
  const longest = `X-${"n".repeat(252)}`;
  const texts = (metadata: Record<string, string>, known = {}) =>
    metadataBytes(metadata, known).map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(texts({ [longest]: "text", "X-a": "b:c" }), [`${longest}:text`, "X-a:b:c"]);
  assertEquals(texts({ "X-a": "b" }, { "X-a": "b", "X-c": "d" }), ["X-a:b"]);
  throws(() => texts({ [`${longest}n`]: "text" }), { name: "RangeError", message: /254 bytes/ });
  throws(() => texts({ [`X-${"ä".repeat(127)}`]: "text" }), { name: "RangeError" });
  throws(() => texts({ "X-a": "b" }, { "X-a": "c" }), { code: "EEXIST" });
  for (const name of ["a", "x-a", "X-", "X-a:b", "X-a\0"]) {
    throws(() => texts({ [name]: "text" }), { name: "TypeError", message: /must begin with X-/ });
  }
  for (const text of ["", "a\0b", 5, null] as never[]) {
    throws(() => texts({ "X-a": text }), { name: "TypeError", message: /needs a text for X-a/ });
  }
  for (const metadata of [null, [], "X-a"] as never[]) {
    throws(() => texts(metadata), { name: "TypeError", message: /must be an object/ });
  }
});
