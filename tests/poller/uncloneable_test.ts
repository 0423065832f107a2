/** What can't be passed to another thread. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Context, Pair, Poller, Publisher } from "../../mod.ts";
import { KINDS, withWorkers } from "../workers.ts";

for (
  const [name, make] of Object.entries({
    socket: () => new Pair(),
    "socket of another class": () => new Publisher(),
    context: () => new Context(),
    Poller: () => new Poller(),
    "socket's Observer": () => new Pair().events,
  })
) {
  Deno.test(`a ${name} can't be cloned, which the error says`, () => {
    using one = make();
    const expected = {
      name: "DataCloneError",
      message: new RegExp(`^(#<|\\[object )${one.constructor.name}[>\\]] could not be cloned\\.$`),
    };
    throws(() => structuredClone(one), expected);
    throws(() => structuredClone({ within: [one] }), expected);
  });
}

for (const kind of KINDS) {
  Deno.test(`a socket that is posted to a ${kind} is refused, and works on`, async () => {
    const { stdout, stderr, code } = await withWorkers(
      `echo() { tell("there"); },`,
      `const socket = new Pair();
      const worker = start("${kind}", "echo");
      await worker.next();
      try {
        worker.post({ socket });
      } catch (error) {
        console.log(error.message); // a node worker's is a TypeError

      }
      await socket.bind("inproc://here");
      const other = new Pair();
      other.connect("inproc://here");
      await other.send("works");
      console.log(String((await socket.receive())[0]));
      worker.terminate();`,
    );
    assertEquals(
      [stdout, stderr, code],
      ["[object Pair] could not be cloned.\nworks\n", "", 0],
    );
  });
}
