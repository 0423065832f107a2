/** The example of two servers, of which one takes over. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, XPublisher } from "../../mod.ts";
import { withFolder } from "../util.ts";
import { pause, soon, turnsUntil } from "../waiting.ts";
import { example } from "./examples.ts";
import type { Running } from "./support.ts";

// A server that is held up for three of them starts over, so they are long enough for a busy machine.
const BEAT = "250";
const WHOLE = { status: 0, errors: "" };

type Role = "primary" | "backup";

function star(folder: string): { front: Record<Role, string>; start(role: Role): Running } {
  const address = (name: string) => `ipc://${folder}/${name}`;
  const front = { primary: address("primary"), backup: address("backup") };
  const own = { primary: address("state-1"), backup: address("state-2") };
  const start = (role: Role) => {
    const others = own[role === "primary" ? "backup" : "primary"];
    return example("binary_star/server.ts", role, front[role], own[role], others, BEAT);
  };
  return { front, start };
}

Deno.test("binary_star: each question has one answer, in order, while one server after the other is killed and started again", () =>
  withFolder(async (folder) => {
    const { front, start } = star(folder);
    await using processes = new AsyncDisposableStack();
    const started = (role: Role) => processes.use(start(role));
    const servers = { primary: started("primary"), backup: started("backup") };
    await servers.primary.printed("active");
    await servers.backup.printed("passive");
    const arguments_ = ["Infinity", front.primary, front.backup, "150", "1"];
    const client = processes.use(example("binary_star/client.ts", ...arguments_));
    const answersFrom = async (role: Role, count: number): Promise<number> => {
      for (;; count++) {
        const lines = await client.lines(count);
        if (lines.at(-1)!.endsWith(`from the ${role}`)) return count;
      }
    };
    let count = await answersFrom("primary", 20);
    for (const [active, passive] of [["primary", "backup"], ["backup", "primary"]] as const) {
      servers[active].kill("SIGKILL");
      await servers[active].ended();
      count = await answersFrom(passive, count) + 20;
      servers[active] = started(active);
      await servers[active].printed("passive");
    }
    client.kill("SIGTERM");
    assertEquals((await client.ended()).status, 0);
    const lines = await client.lines();
    const numbers = lines.map((line) => Number(line.match(/^the answer to question (\d+), /)![1]));
    assertEquals(numbers, numbers.map((_, i) => i + 1));
    for (const server of Object.values(servers)) {
      server.kill("SIGTERM");
      assertEquals(await server.ended(), WHOLE);
    }
  }));

/** Asks both servers the same, again and again. */
class Asking implements AsyncDisposable {
  readonly answers = { primary: new Set<number>(), backup: new Set<number>() };
  readonly #sockets: Dealer[] = [];
  readonly #done: Promise<void>;

  constructor(front: Record<Role, string>) {
    for (const role of ["primary", "backup"] as const) {
      const socket = new Dealer({ linger: 0 });
      socket.connect(front[role]);
      this.#sockets.push(socket);
      this.#hear(socket, role);
    }
    this.#done = this.#ask();
  }

  async #hear(socket: Dealer, role: Role): Promise<void> {
    for await (const [, answer] of socket) {
      this.answers[role].add(Number(answer.text().match(/\d+/)![0]));
    }
  }

  async #ask(): Promise<void> {
    for (let round = 1; !this.#sockets[0].closed; round++) {
      for (const socket of this.#sockets) socket.trySend(["", round]);
      await pause(1); // the pace
    }
  }

  /** Waits until a server has answered so many more. */
  more(role: Role, count: number): Promise<void> {
    const enough = this.answers[role].size + count;
    return turnsUntil(() => this.answers[role].size >= enough, `the ${role}'s answer`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.#done;
  }
}

Deno.test("binary_star: what was asked while the active server was stopped is answered by the other, and never by both", () =>
  withFolder(async (folder) => {
    const { front, start } = star(folder);
    await using primary = start("primary");
    await using backup = start("backup");
    await backup.printed("passive");
    await using asking = new Asking(front);
    await asking.more("primary", 20);
    primary.kill("SIGSTOP");
    await asking.more("backup", 100);
    backup.kill("SIGSTOP");
    await pause(900); // it's held up, too
    backup.kill("SIGCONT");
    // Its answers alone don't show it: some may have been on their way when it was stopped.
    assertEquals((await backup.lines(6)).slice(3), ["active", "backup", "active"]);
    await asking.more("backup", 20);
    primary.kill("SIGCONT");
    await primary.printed("passive");
    await asking.more("backup", 100);
    backup.kill("SIGSTOP");
    await asking.more("primary", 100);
    backup.kill("SIGCONT");
    await asking.more("primary", 100);
    const { primary: one, backup: other } = asking.answers;
    assertEquals([...one.intersection(other)], []);
    assert(one.size >= 20);
  }));

Deno.test("binary_star: a backup that is started alone answers no one, and a primary does", () =>
  withFolder(async (folder) => {
    const { front, start } = star(folder);
    await using backup = start("backup");
    await using asking = new Asking(front);
    await backup.printed("backup");
    await pause(1200); // the primary's silence isn't enough
    assertEquals(asking.answers.backup.size, 0);
    backup.kill("SIGKILL");
    await backup.ended();
    await using _ = start("primary");
    await asking.more("primary", 20);
    assertEquals(asking.answers.backup.size, 0);
  }));

Deno.test("binary_star: a server goes by the other's state, and one that hears that both are active starts over", () =>
  withFolder(async (folder) => {
    await using other = new XPublisher();
    const [front, own, others] = ["front", "own", "others"].map((name) =>
      `ipc://${folder}/${name}`
    );
    await other.bind(others);
    await using server = example("binary_star/server.ts", "primary", front, own, others, "60000");
    await soon(other.receive());
    let lines = 2;
    for (
      const [heard, state] of [
        ["backup", "active"],
        ["passive", "active"],
        ["active", "primary"],
        ["active", "passive"],
        ["primary", "active"],
      ]
    ) {
      const before = (await server.lines(lines)).at(-1);
      await other.send(heard);
      if (state !== before) lines++;
      assertEquals((await server.lines(lines)).at(-1), state);
    }
  }));
