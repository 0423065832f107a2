/** Workers that are terminated from outside: what they had is given back. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { KINDS, withWorkers } from "../workers.ts";
import { ended, TRAFFIC } from "./terminated.ts";
import { HAS_LINUX_CALLS } from "../../ffi/system.ts";

for (const kind of KINDS) {
  const times = kind === "Web Worker" ? 25 : 15;
  Deno.test({
    name: `${times} ${kind}s, each terminated in mid-traffic, leave no descriptor and no thread`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await ended({
        kind,
        name: "traffic",
        data: "{ address }",
        times,
      });
      assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
    },
  });

  Deno.test({
    name:
      `${kind}s that share main's context, terminated in mid-traffic, leave nothing; main goes on and ends`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await ended({
        kind,
        name: "traffic",
        data: "{ address, token }",
        times: 10,
        before: `const token = zmq.context.share();`,
      });
      assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
    },
  });
}

Deno.test({
  name:
    "a worker with more sockets than there were keys for, in several contexts, leaves nothing either",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await ended({
      kind: "Web Worker",
      name: "many",
      data: "{ sockets: 15, contexts: 6 }",
      times: 3,
    });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});

Deno.test({
  name:
    "a socket that was disconnected once holds up its terminated worker no longer than others do",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await ended({
      kind: "Web Worker",
      name: "disconnected",
      times: 5,
    });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});

Deno.test({
  name:
    "sockets of a worker which is terminated leave nothing, though no one was bound to their names",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await ended({
      kind: "Web Worker",
      name: "unbound",
      times: 3,
    });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});

Deno.test({
  name: "Pollers of every kind that wait in a worker which is terminated leave nothing",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await ended({
      kind: "Web Worker",
      name: "pollers",
      times: 3,
    });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});

Deno.test({
  name: "a native proxy at work in a worker that is terminated leaves nothing",
  ignore: !HAS_LINUX_CALLS,
  async fn() {
    const { stdout, stderr, code } = await ended({ kind: "Web Worker", name: "proxy", times: 10 });
    assertEquals([stdout, stderr, code], ["nothing\ntrue\n", "", 0]);
  },
});

for (const shared of [false, true]) {
  Deno.test({
    name: `what a worker has sent before it's terminated still arrives, ${
      shared ? "in a shared context" : "in its own context"
    }`,
    ignore: !HAS_LINUX_CALLS,
    async fn() {
      const { stdout, stderr, code } = await withWorkers(
        TRAFFIC,
        `const pull = new Pull();
        await pull.bind("tcp://127.0.0.1:*");
        const worker = start("Web Worker", "sends", {
          address: pull.lastEndpoint,
          count: 900, // less than a queue takes
          token: ${shared} ? context.share() : undefined,
        });
        await worker.next();
        worker.terminate();
        for (let i = 0; i < 900; i++) {
          const [text] = await pull.receive();
          if (String(text) !== String(i)) throw new Error(i + ": " + text);
        }
        console.log("all");`,
      );
      assertEquals([stdout, stderr, code], ["all\n", "", 0]);
    },
  });
}
