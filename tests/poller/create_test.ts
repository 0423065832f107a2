import "../util.ts";
import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import type { BackendKind } from "../../poller/backend.ts";
import { createBackend, defaultKind, kinds } from "../../poller/create.ts";
import { watched } from "../replacing.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

const LINUX = Deno.build.os === "linux";
const KINDS = kinds();
const BEST: BackendKind = HAS_LINUX_CALLS ? "epoll" : LINUX ? "poll" : "kqueue";

function withVariable(value: string | undefined, body: () => void, name = "ZMQ_POLLER"): void {
  const before = Deno.env.get(name);
  const set = (value: string | undefined) =>
    value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  try {
    set(value);
    body();
  } finally {
    set(before);
  }
}

Deno.test("without ZMQ_POLLER, epoll is the default on Linux and kqueue elsewhere", () => {
  for (const value of [undefined, ""]) {
    withVariable(value, () => assertEquals(defaultKind(), BEST));
  }
});

Deno.test("ZMQ_POLLER chooses the default", () => {
  for (const kind of KINDS) {
    withVariable(kind, () => {
      assertEquals(defaultKind(), kind);
      const set = createBackend();
      assertEquals(set.kind, kind);
      set.close();
    });
  }
});

Deno.test("what is asked for in the program goes before ZMQ_POLLER", () => {
  withVariable("nonsense", () => {
    for (const kind of KINDS) {
      const set = createBackend(kind);
      assertEquals(set.kind, kind);
      set.close();
    }
  });
});

Deno.test("an unknown kind is a RangeError that names the known ones", () => {
  const helps = (error: Error) => {
    assert(error instanceof RangeError);
    for (const kind of KINDS) assert(error.message.includes(`"${kind}"`), error.message);
    assert(error.message.includes("nonsense"), error.message);
    return true;
  };
  throws(() => createBackend("nonsense" as BackendKind), helps);
  withVariable("nonsense", () => {
    throws(
      () => defaultKind(),
      (error: Error) => helps(error) && error.message.includes("ZMQ_POLLER"),
    );
    throws(() => createBackend(), helps);
  });
});

Deno.test("each set of descriptors asked for permissions up to four times", () => {
  let asked = 0;
  using _ = watched(Deno.permissions, "querySync", () => void asked++);
  const times = (kind?: BackendKind) => {
    asked = 0;
    createBackend(kind).close();
    return asked;
  };
  assertEquals(times(), 1); // for ZMQ_POLLER
  assertEquals(
    KINDS.filter((kind) => kind !== "kqueue").map(times),
    [0, 0, 0].slice(HAS_LINUX_CALLS ? 0 : 1),
  );
  withVariable("poll", () => assertEquals(times(), 1));
});

Deno.test({
  name: "without the permission to read it, ZMQ_POLLER is left alone",
  permissions: { env: false, ffi: true },
  fn: () => assertEquals(defaultKind(), BEST),
});

Deno.test("a kind that only other systems have is a RangeError that says which", () => {
  const [kind, where] = HAS_LINUX_CALLS
    ? ["kqueue", /macOS/] as const
    : ["epoll", /Linux/] as const;
  withVariable(undefined, () => {
    throws(() => createBackend(kind), where);
    withVariable(kind, () => throws(() => defaultKind(), where));
  }, "LIBKQUEUE_PATH");
});

Deno.test("on Linux, there is kqueue where LIBKQUEUE_PATH names a library for it, and never by default", () => {
  for (const value of [undefined, "", "/somewhere/libkqueue.so"]) {
    withVariable(value, () => {
      assertEquals(kinds().includes("kqueue"), !LINUX || !!value);
      withVariable(undefined, () => assertEquals(defaultKind(), BEST));
    }, "LIBKQUEUE_PATH");
  }
});

Deno.test({
  name: "a relative LIBKQUEUE_PATH loaded what lay where the program was started",
  ignore: !LINUX,
  fn: () =>
    withVariable("libkqueue.so.0", () => {
      throws(() => createBackend("kqueue"), { name: "RangeError", message: /absolute path/ });
    }, "LIBKQUEUE_PATH"),
});

Deno.test({
  name: "without the permission to read it, LIBKQUEUE_PATH is left alone",
  permissions: { env: false },
  ignore: !LINUX,
  fn: () => assertEquals(kinds().includes("kqueue"), false),
});
