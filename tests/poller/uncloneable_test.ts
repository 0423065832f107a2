/** What can't be passed to another thread. */

import { deepStrictEqual as assertEquals, throws } from "node:assert/strict";
import { Context, Pair, Poller, Publisher, Pull, Push } from "../../mod.ts";
import { Proxy } from "../../proxy.ts";
import { Authenticator, Certificate, CertificateFolder } from "../../security/mod.ts";
import { KINDS, withWorkers } from "../workers.ts";

for (
  const [name, make] of Object.entries({
    socket: () => new Pair(),
    "socket of another class": () => new Publisher(),
    context: () => new Context(),
    Poller: () => new Poller(),
    "Poller's timer": () => new Poller().addTimer(5),
    proxy: () => new Proxy(new Pull(), new Push()),
    "ZAP authenticator": () => new Authenticator(),
    certificate: () => new Certificate({ publicKey: "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID" }),
    "folder of certificates": () => CertificateFolder.open(import.meta.dirname!),
    "socket's Observer": () => new Pair().events,
  })
) {
  Deno.test(`a ${name} can't be cloned, which the error says`, async () => {
    await using stack = new AsyncDisposableStack();
    const one = await make();
    if (Symbol.asyncDispose in one) stack.use(one);
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
