/** Questions whose connection is cut, or stalls, before the answer. */

import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { Reply, Request, type RequestOptions } from "../../mod.ts";
import { finish, next } from "../socket/observing.ts";
import { received } from "../socket/support.ts";
import "../util.ts";
import { soon } from "../waiting.ts";
import { Link } from "./link.ts";
import { FAST_RECONNECT } from "./support.ts";

const RECOVERING = { relaxed: true, correlate: true } as const;

async function withLink(
  options: RequestOptions,
  use: (link: Link, request: Request, reply: Reply) => Promise<void>,
): Promise<void> {
  const [request, reply] = [new Request({ ...FAST_RECONNECT, ...options }), new Reply()];
  const { events } = request;
  await using link = new Link(await reply.bind("tcp://127.0.0.1:*"));
  request.connect(link.address);
  await next(events, "handshake");
  await use(link, request, reply);
  await finish(request);
  reply.close();
}

Deno.test("a relaxed Request whose connection was cut with its question under way asks again, and gets that answer", () =>
  withLink(RECOVERING, async (link, request, reply) => {
    await request.send("first");
    assertEquals(await received(reply), ["first"]);
    link.cut();
    await next(request.events, "handshake");
    await reply.send("answer to the first"); // its asker is gone
    await request.send("second");
    assertEquals(await received(reply), ["second"]);
    await reply.send("answer to the second");
    assertEquals(await received(request), ["answer to the second"]);
  }));

Deno.test("a relaxed Request with correlate drops the late answer to a question that it has given up", () =>
  withLink(RECOVERING, async (link, request, reply) => {
    await request.send("first");
    assertEquals(await received(reply), ["first"]);
    link.stall();
    await reply.send("late answer");
    await rejects(soon(request.receive({ timeout: 10 })), { code: "EAGAIN" });
    await request.send("second");
    link.go();
    assertEquals(await received(reply), ["second"]);
    await reply.send("answer");
    assertEquals(await received(request), ["answer"]);
  }));

Deno.test("a Request that isn't relaxed waits on for the answer that a cut has taken, and asks nothing else", () =>
  withLink({}, async (link, request, reply) => {
    await request.send("first");
    assertEquals(await received(reply), ["first"]);
    link.cut();
    await next(request.events, "handshake");
    await reply.send("lost");
    await rejects(soon(request.receive({ timeout: 10 })), { code: "EAGAIN" });
    await rejects(soon(request.send("second")), { code: "EFSM" });
  }));

Deno.test("a Reply goes on with the next question, whichever client has gone before the answer", () =>
  withLink(RECOVERING, async (link, request, reply) => {
    for (let round = 0; round < 5; round++) {
      await request.send(`question ${round}`);
      assertEquals(await received(reply), [`question ${round}`]);
      link.cut();
      await next(request.events, "handshake");
      await reply.send("to no one");
    }
    await request.send("last");
    assertEquals(await received(reply), ["last"]);
    await reply.send("answer");
    assertEquals(await received(request), ["answer"]);
  }));
