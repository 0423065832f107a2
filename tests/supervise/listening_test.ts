import { deepStrictEqual as assertEquals, notStrictEqual, rejects } from "node:assert/strict";
import { Pair, Pull, Push } from "../../mod.ts";
import { check } from "../../ffi/errno.ts";
import { libcForPassing, libcForPipes, listens } from "../../ffi/libc.ts";
import { inheriting, listenAt, stopListening } from "../../supervise/listening.ts";
import { openDescriptors } from "../fds.ts";
import { freePort } from "../ports.ts";
import { replaced } from "../replacing.ts";
import { onLinux } from "../socket/support.ts";
import { soon, turnsUntil } from "../waiting.ts";
import { ANY } from "./support.ts";

Deno.test("a port stays taken until it's stopped to listen there, and connections wait in it", async () => {
  const listening = await listenAt(ANY, 10);
  assertEquals(listens(listening.fd), 1);
  using other = new Pull();
  await rejects(other.bind(listening.address), { code: "EADDRINUSE" });
  using push = new Push();
  push.connect(listening.address);
  await push.send("early");
  using pull = new Pull({ useFd: check(() => libcForPassing().dup(listening.fd), "dup") }); // a child's own
  await pull.bind(listening.address);
  assertEquals(String(await soon(pull.receive())), "early");
  stopListening(listening);
});

Deno.test("a descriptor that a child inherits is another one, open for the moment of its start alone", async () => {
  const listening = await listenAt(ANY, 10);
  const inherited = inheriting([listening], ([fd]) => {
    assertEquals(listens(fd), 1);
    return fd;
  });
  notStrictEqual(inherited, listening.fd);
  assertEquals(listens(inherited), -1);
  let failed = -1;
  try {
    inheriting([listening], ([fd]) => {
      failed = fd;
      throw new Error("there is no such command");
    });
  } catch {
    // As Deno.Command does.
  }
  assertEquals(listens(failed), -1);
  stopListening(listening);
});

Deno.test(onLinux("listening leaves no descriptor open but its own", async () => {
  const before = openDescriptors();
  const listening = await listenAt(ANY, 10);
  await turnsUntil(() => openDescriptors().length <= before.length + 1, "the socket's end");
  stopListening(listening);
  await turnsUntil(() => openDescriptors().length <= before.length, "its end");
}));

Deno.test("a peer that connects before a child can serve it isn't connected to what opens the port", async () => {
  const { ioctl } = libcForPipes();
  let sent: unknown;
  const address = `tcp://127.0.0.1:${freePort()}`;
  using peer = new Pair({ immediate: true, reconnectInterval: 1, linger: 0 });
  peer.connect(address);
  using _ = replaced(libcForPipes(), "ioctl", (fd, request) => {
    try {
      peer.sendSync("lost", { timeout: 50 });
      sent = "lost";
    } catch (error) {
      sent = (error as { code?: string }).code;
    }
    return ioctl(fd, request);
  });
  stopListening(await listenAt(address, 10));
  assertEquals(sent, "EAGAIN");
});

Deno.test("an address stayed taken for a moment when it was no longer listened at", async () => {
  for (let i = 0; i < 20; i++) {
    const listening = await listenAt(ANY, 10);
    stopListening(listening);
    using pull = new Pull();
    await pull.bind(listening.address);
  }
});

Deno.test("a program that the parent had started meanwhile kept an address that was no longer listened at", async () => {
  const listening = await listenAt(`tcp://127.0.0.1:${freePort()}`, 10);
  const other = new Deno.Command("cat", { stdin: "piped", stdout: "piped" }).spawn();
  const [input, output] = [other.stdin.getWriter(), other.stdout.getReader()];
  try {
    // Fact: the kernel closes what a program doesn't inherit while it starts it, which may be after spawn returned.
    await input.write(new Uint8Array(1));
    await soon(output.read());
    stopListening(listening);
    using pull = new Pull();
    await pull.bind(listening.address);
  } finally {
    await input.close();
    await output.cancel();
    await other.status;
  }
});

Deno.test("no address of IPv6 could be listened at", async () => {
  const listening = await listenAt("tcp://[::1]:*", 10);
  using push = new Push({ ipv6: true });
  push.connect(listening.address);
  using pull = new Pull({ useFd: check(() => libcForPassing().dup(listening.fd), "dup") });
  await pull.bind(listening.address); // as a child does, without ipv6
  await push.send("hello");
  assertEquals(String(await soon(pull.receive())), "hello");
  stopListening(listening);
});

Deno.test("only tcp can be listened at", async () => {
  for (const address of ["ipc:///tmp/x", "inproc://x", "127.0.0.1:5555", 5 as unknown as string]) {
    await rejects(listenAt(address, 10), TypeError);
  }
  await soon(rejects(listenAt("tcp://nowhere.invalid:1", 10)));
});
