/** What is reported of a descriptor, and for how long. */

import { deepStrictEqual as assertEquals, ok as assert, throws } from "node:assert/strict";
import { closeSync, openSync } from "node:fs";
import { check } from "../../ffi/errno.ts";
import { loadLibrary } from "../../ffi/load.ts";
import { EDGE, ERROR, HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { drain, fill, pipe, put, socketPair, take } from "../fds.ts";
import { both, CONTRACTS, lasts, LINUX, LONG, onPool, onThread } from "./contract.ts";
import { throwsCode } from "../failures.ts";

const { shutdown } = loadLibrary().open({
  // int shutdown(int sockfd, int how)
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
});

function endSending(fd: number): void {
  check(() => shutdown(fd, 1), "shutdown");
}

for (const { claim, kind, registers } of CONTRACTS) {
  Deno.test(claim("readable is reported for as long as there is something to read", async (set) => {
    using a = pipe();
    set.add(a.read, READABLE, "a");
    assertEquals(await both(set), {});
    put(a.write, 2);
    assertEquals(await both(set), { a: READABLE });
    take(a.read);
    assertEquals(await both(set), { a: READABLE });
    take(a.read);
    assertEquals(await both(set), {});
    for (let turn = 0; turn < 3; turn++) {
      put(a.write);
      assertEquals(await onPool(set, LONG), { a: READABLE });
      take(a.read);
      assertEquals(await onPool(set, 0), {});
    }
  }));

  Deno.test(claim("writable is reported for as long as there is room", async (set) => {
    using a = pipe();
    set.add(a.write, WRITABLE, "a");
    assertEquals(await both(set), { a: WRITABLE });
    fill(a.write);
    assertEquals(await both(set), {});
    drain(a.read);
    assertEquals(await both(set), { a: WRITABLE });
  }));

  Deno.test(
    claim("a pipe whose writer has gone reports a hang-up, after its data as well", async (set) => {
      using a = pipe();
      set.add(a.read, READABLE, "a");
      put(a.write);
      a.close(a.write);
      assertEquals(await both(set), { a: READABLE | HANGUP });
      drain(a.read);
      assertEquals(await both(set), { a: HANGUP });
    }),
  );

  Deno.test(claim(
    "a peer that has only ended its sending is at its end, and hasn't gone",
    async (set) => {
      using a = socketPair();
      set.add(a.read, READABLE, "a");
      put(a.write);
      endSending(a.write);
      assertEquals(await both(set), { a: READABLE });
      take(a.read);
      assertEquals(await both(set), { a: READABLE });
      set.modify(a.read, READABLE | WRITABLE);
      assertEquals(await both(set), { a: READABLE | WRITABLE });
      a.close(a.write);
      const found = await both(set);
      assertEquals(found, { a: READABLE | WRITABLE | HANGUP });
    },
    // macOS's poll calls that a hang-up.
    !LINUX && kind !== "kqueue",
  ));

  Deno.test(claim("a hang-up is reported to who waits for writable only", async (set) => {
    using a = socketPair();
    fill(a.read);
    set.add(a.read, WRITABLE, "a");
    assertEquals(await both(set), {});
    a.close(a.write);
    const found = await both(set);
    assert((found.a & HANGUP) !== 0, `readiness ${found.a}`);
    assertEquals(found.a & READABLE, 0);
  }));

  Deno.test(claim("a pipe whose reader has gone reports an error, full or not", async (set) => {
    using a = pipe();
    using b = pipe();
    fill(b.write);
    set.add(a.write, WRITABLE, "a");
    set.add(b.write, READABLE, "b");
    a.close(a.read);
    b.close(b.read);
    assertEquals(await both(set), { a: WRITABLE | ERROR, b: ERROR });
  }));

  Deno.test(claim("regular files, directories and /dev/null are always ready", async (set) => {
    const file = openSync(new URL(import.meta.url), "r");
    const directory = openSync(new URL(".", import.meta.url), "r");
    const nothing = openSync("/dev/null", "r+");
    try {
      set.add(file, READABLE, "file");
      set.add(directory, READABLE, "directory");
      set.add(nothing, READABLE | WRITABLE, "null");
      const all = { file: READABLE, directory: READABLE, null: READABLE | WRITABLE };
      assertEquals(await both(set), all);
      assertEquals(await both(set), all);
      assertEquals(onThread(set, LONG), all);
      assertEquals(await onPool(set, LONG), all);
      throwsCode(() => set.add(file, READABLE, "twice"), "EEXIST", registers);
      set.modify(nothing, WRITABLE);
      set.remove(directory);
      assertEquals(await both(set), { file: READABLE, null: WRITABLE });
      set.modify(nothing, 0);
      set.remove(file);
      assertEquals(await both(set), {});
      set.modify(nothing, READABLE);
      assertEquals(await both(set), { null: READABLE });
      set.remove(nothing);
      assertEquals(await both(set), {});
      // A wait lasts again.
      assertEquals(await lasts(set, 20), {});
    } finally {
      for (const fd of [file, directory, nothing]) closeSync(fd);
    }
  }));

  Deno.test(
    claim(
      "a file is ready beside descriptors that aren't, and hides none that are",
      async (set) => {
        using a = pipe();
        const nothing = openSync("/dev/null", "r");
        try {
          set.add(a.read, READABLE, "a");
          set.add(nothing, READABLE, "null");
          assertEquals(await both(set), { null: READABLE });
          put(a.write);
          assertEquals(await both(set), { a: READABLE, null: READABLE });
        } finally {
          closeSync(nothing);
        }
      },
    ),
  );

  Deno.test(claim("an edge reports at least each first event", async (set) => {
    using a = pipe();
    put(a.write);
    set.add(a.read, READABLE | EDGE, "a");
    assertEquals(onThread(set, LONG), { a: READABLE });
    for (let turn = 0; turn < 3; turn++) {
      drain(a.read);
      assertEquals(await both(set), {});
      put(a.write);
      assertEquals(turn === 1 ? onThread(set, LONG) : await onPool(set, LONG), { a: READABLE });
    }
    // Modifying asks again.
    set.modify(a.read, READABLE | EDGE);
    assertEquals(onThread(set, LONG), { a: READABLE });
    set.modify(a.read, READABLE);
    assertEquals(await both(set), { a: READABLE });
  }));

  Deno.test(claim("an edge isn't reported twice", async (set) => {
    using a = pipe();
    put(a.write);
    set.add(a.read, READABLE | EDGE, "a");
    assertEquals(await onPool(set, LONG), { a: READABLE });
    assertEquals(await both(set), {});
  }, kind !== "epoll" && kind !== "kqueue"));

  Deno.test(claim("an edge that a failing report left over is still reported", async (set) => {
    using a = pipe();
    using b = pipe();
    for (const { read, write } of [a, b]) {
      set.add(read, READABLE | EDGE, String(read));
      put(write);
    }
    for (const way of ["onThread", "onPool"]) {
      const reported: string[] = [];
      const failing = (token: string) => {
        reported.push(token);
        throw new SyntaxError("reported");
      };
      throws(() => set.waitSync(LONG, failing), SyntaxError);
      const left = way === "onThread" ? onThread(set, LONG) : await onPool(set, LONG);
      reported.push(...Object.keys(left));
      assertEquals([...new Set(reported)].sort(), [String(a.read), String(b.read)].sort());
      for (const { read } of [a, b]) set.modify(read, READABLE | EDGE);
    }
  }));
}
