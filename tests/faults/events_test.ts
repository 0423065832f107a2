/** What the sockets' events tell of faults, on both sides. */

import { match, strictEqual as assertEquals } from "node:assert/strict";
import { Pull, Push } from "../../mod.ts";
import { finish, next } from "../socket/observing.ts";
import { onLinux, received } from "../socket/support.ts";
import "../util.ts";
import { type Cut, type Direction, type Faults, Link } from "./link.ts";
import { FAST_RECONNECT, story } from "./support.ts";

/** A Push that is connected through a link to a bound Pull, both observed. */
async function withLink(
  faults: Faults[],
  use: (link: Link, push: Push, pull: Pull) => Promise<void>,
): Promise<void> {
  const [push, pull] = [new Push(FAST_RECONNECT), new Pull()];
  for (const { events } of [push, pull]) assertEquals(events.closed, false);
  await using link = new Link(await pull.bind("tcp://127.0.0.1:*"), ...faults);
  push.connect(link.address);
  await use(link, push, pull);
  await finish(push, pull);
}

for (const how of ["fin", "reset"] as Cut[]) {
  Deno.test(
    onLinux(
      `events tell both sides of a cut, and of the next connection: ${how}`,
      () =>
        withLink([], async (link, push, pull) => {
          await push.send("before");
          assertEquals(String(await received(pull)), "before");
          link.cut(how);
          assertEquals(
            await story(push.events, "handshake", 2),
            "connect handshake disconnect connect:retry connect handshake",
          );
          assertEquals(
            await story(pull.events, "handshake", 2),
            "bind accept handshake disconnect accept handshake",
          );
        }),
    ),
  );

  Deno.test(
    onLinux(
      `events tell both sides of a cut within the handshake: ${how}`,
      () =>
        withLink([{ cutAfter: { way: "up", bytes: 40, how } }], async (_, push, pull) => {
          assertEquals(
            await story(push.events, "handshake"),
            "connect handshake:error:other disconnect connect:retry connect handshake",
          );
          assertEquals(
            await story(pull.events, "handshake"),
            "bind accept handshake:error:other disconnect accept handshake",
          );
        }),
    ),
  );
}

Deno.test("events tell of each try to connect that was refused, until one is taken", () =>
  withLink([], async (link, push) => {
    await next(push.events, "handshake");
    link.refuse();
    link.cut();
    for (let tries = 0; tries < 3; tries++) await next(push.events, "close");
    await link.accept();
    match(
      await story(push.events, "handshake"),
      /^connect:retry (close connect:retry )*connect handshake$/,
    );
  }));

for (const way of ["up", "down"] as Direction[]) {
  Deno.test(`a connection that is half closed is over for both sides, and another one follows: ${way}`, () =>
    withLink([], async (link, push, pull) => {
      await next(push.events, "handshake");
      await next(pull.events, "handshake");
      link.halfClose(way);
      assertEquals(await story(pull.events, "handshake"), "disconnect accept handshake");
      assertEquals(
        await story(push.events, "handshake"),
        "disconnect connect:retry connect handshake",
      );
      await push.send("after");
      assertEquals(String(await received(pull)), "after");
    }));
}
