import { deepStrictEqual as assertEquals, ok as assert, rejects } from "node:assert/strict";
import { capability } from "../../mod.ts";
import { curveKeyPair } from "../../security/mod.ts";
import { conversation } from "./conversation.ts";
import { Random } from "./random.ts";
import { fuzz } from "./fuzz.ts";
import { fuzzOnePeer } from "./one_peer.ts";
import type { Plan } from "./plan.ts";
import { UnderTest } from "./under_test.ts";
import type { Mechanism, Side } from "./targets.ts";

/** A moment, while `./dev fuzz` takes minutes. */
const SHORT = { seed: 1, seconds: 0.2, least: 6 };

Deno.test("fuzz: a seed repeats what is said", () => {
  const recording = Uint8Array.from({ length: 200 }, (_, at) => at);
  const said = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 50 }, () => conversation(random, recording));
  };
  assertEquals(said(1), said(1));
  assert(JSON.stringify(said(1)) !== JSON.stringify(said(2)));
});

const SOME: [Side, Mechanism, "outsiders" | "insiders" | "outsiders over ws://", string[]][] = [
  ["bind", "NULL", "outsiders", ["Pull", "Router", "Publisher"]],
  ["bind", "hardened", "outsiders", ["Pull", "Router", "XPublisher"]],
  ["bind", "hardened", "insiders", ["Pull", "Router"]],
  ["connect", "NULL", "outsiders", ["Dealer", "Subscriber", "Push"]],
  ["bind", "NULL", "outsiders over ws://", ["Pull", "Router"]],
  ["connect", "NULL", "outsiders over ws://", ["Dealer", "Push"]],
];
for (const [side, mechanism, bad, types] of SOME) {
  Deno.test({
    name: `fuzz: sockets that ${side} serve good peers among ${bad}: ${mechanism}`,
    ignore: mechanism === "hardened" && !capability.curve ||
      bad.endsWith("ws://") && !capability.ws,
    // Connections of bad peers may end a moment later.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const { connections, faults } = await fuzz({
        side,
        mechanism,
        types,
        insiders: bad === "insiders",
        transport: bad.endsWith("ws://") ? "ws" : "tcp",
        ...SHORT,
      });
      assertEquals(faults, []);
      assert(connections >= SHORT.least, `${connections} connections`);
    },
  });
}

for (const side of ["bind", "connect"] as const) {
  Deno.test({
    name: `fuzz: a Pair that ${side}s serves a good peer when the bad ones have gone`,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const options = { side, mechanism: "NULL", types: ["Pair"], seed: 1, least: 6 } as const;
      const { connections, faults } = await fuzzOnePeer(options);
      assertEquals(faults, []);
      assert(connections >= options.least, `${connections} connections`);
    },
  });
}

Deno.test("fuzz: an end of the program under test isn't overlooked", async () => {
  const certificates = [curveKeyPair(), curveKeyPair()] as Plan["certificates"];
  const plan = {
    side: "bind",
    transport: "tcp",
    mechanism: "NULL",
    certificates,
    addresses: {},
  } as const;
  await using program = new UnderTest({ ...plan, types: ["a class that isn't there"] });
  await rejects(program.addresses, /^Error: It ended by status 1: /);
  await rejects(program.taken(), /^Error: It ended by status 1: /);
});
