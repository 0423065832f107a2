/** What an authenticator means for the program that has one: its threads, its end, its permissions. */

import "./support.ts";
import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Pull, Push, Subscriber, XPublisher } from "../../mod.ts";
import { Authenticator } from "../../security/mod.ts";
import { freshAddress, join } from "../util.ts";
import { received, texts } from "../socket/support.ts";
import { systemLibrary } from "../ffi/programs.ts";
import { run } from "../program.ts";
import { pause } from "../waiting.ts";

const ADA = { plainUsername: "ada", plainPassword: "lovelace" };
const HOME = { zapDomain: "home", zapEnforceDomain: true };
const PLAIN_SERVER = { plainServer: true, ...HOME };

Deno.test("a socket that blocks this thread lets its peers in all the same", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace" });
  using pull = new Pull(PLAIN_SERVER);
  using push = new Push(ADA);
  await join(pull, push);
  await push.send("x");
  assertEquals(texts(pull.receiveSync({ timeout: 10_000 })), ["x"]);
});

Deno.test("a publisher on which no one waits lets its subscribers in", async () => {
  await using authenticator = new Authenticator();
  authenticator.configurePlain({ ada: "lovelace" });
  using publisher = new XPublisher(PLAIN_SERVER);
  using subscriber = new Subscriber(ADA);
  await publisher.bind(freshAddress("tcp"));
  subscriber.subscribe("x");
  subscriber.connect(publisher.lastEndpoint!);
  // Only timers run: nothing here waits for a socket.
  while (!publisher.readable) await pause(5);
  publisher.trySend("x!");
  assertEquals(await received(subscriber), ["x!"]);
});

const SECURITY = "$ROOT/security/mod.ts";

Deno.test("an authenticator keeps no program alive", async () => {
  const { code, signal, stdout, stderr } = await run(`
    import { Authenticator } from "${SECURITY}";
    const authenticator = new Authenticator();
    authenticator.allow("127.0.0.1");
    console.log("done");
  `);
  assertEquals([code, signal, stdout, stderr], [0, null, "done\n", ""]);
});

Deno.test("an authenticator whose context was shut down keeps no program alive either", async () => {
  const { code, signal, stderr } = await run(`
    import { Context } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    const context = new Context();
    const authenticator = new Authenticator({ context });
    context.shutdown();
  `);
  assertEquals([code, signal, stderr], [0, null, ""]);
});

Deno.test("a server that waits for messages keeps the program alive, and lets peers in meanwhile", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    new Authenticator().configurePlain({ ada: "lovelace" });
    const pull = new Pull({ plainServer: true, zapDomain: "home", zapEnforceDomain: true });
    await pull.bind("tcp://127.0.0.1:*");
    const source = \`
      import { Push } from "$MOD";
      const push = new Push({ plainUsername: "ada", plainPassword: "lovelace" });
      push.connect("\${pull.lastEndpoint}");
      await push.send("from elsewhere");
    \`;
    const file = import.meta.resolve("./client.ts");
    await Deno.writeTextFile(new URL(file), source);
    const args = ["run", "-A", "--no-check", "--no-lock", file];
    const client = new Deno.Command(Deno.execPath(), { args }).spawn();
    console.log(String(await pull.receive()));
    await client.status;
  `);
  assertEquals([code, stdout, stderr], [0, "from elsewhere\n", ""]);
});

Deno.test("an authenticator that the program has dropped stays in force", async () => {
  const { code, stdout, stderr } = await run(
    `
    import { Pull, Push } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    (() => new Authenticator().configurePlain({ ada: "lovelace" }))();
    for (let times = 0; times < 10; times++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    using pull = new Pull({ plainServer: true, receiveTimeout: 10_000 });
    await pull.bind("tcp://127.0.0.1:*");
    using push = new Push({ plainUsername: "ada", plainPassword: "lovelace" });
    push.connect(pull.lastEndpoint);
    await push.send("let in");
    console.log(String(await pull.receive()));
  `,
    { flags: ["-A", "--v8-flags=--expose-gc"] },
  );
  assertEquals([code, stdout, stderr], [0, "let in\n", ""]);
});

Deno.test("a handler's failure is told on standard error, without the password", async () => {
  const { code, stdout, stderr } = await run(`
    import { Pull, Push } from "$MOD";
    import { Authenticator } from "${SECURITY}";
    const refused = Promise.withResolvers();
    new Authenticator().configurePlain(() => {
      setTimeout(refused.resolve, 50);
      throw new Error("the table is gone");
    });
    using pull = new Pull({ plainServer: true });
    await pull.bind("tcp://127.0.0.1:*");
    using push = new Push({ linger: 0, plainUsername: "ada", plainPassword: "lovelace" });
    push.connect(pull.lastEndpoint);
    const alive = setTimeout(() => {}, 30_000); // an authenticator doesn't keep the process alive
    await refused.promise;
    clearTimeout(alive);
    console.log(pull.tryReceive() ?? "nothing");
  `);
  assertEquals([code, stdout], [0, "nothing\n"]);
  assert(stderr.includes("the peer at 127.0.0.1 was refused"), stderr);
  assert(stderr.includes("the table is gone") && !stderr.includes("lovelace"), stderr);
});

Deno.test({
  name: "with libzmq's path alone as the only permission, keys and an authenticator work",
  ignore: systemLibrary === undefined,
  fn: async () => {
    const { code, stderr } = await run(
      `
      import { capability, Pull, Push } from "$MOD";
      import { Authenticator, Certificate } from "${SECURITY}";
      const certificate = capability.curve && Certificate.create();
      const [own, its] = certificate
        ? [certificate.serverOptions(), Certificate.create().clientOptions(certificate)]
        : [{ plainServer: true }, { plainUsername: "ada", plainPassword: "lovelace" }];
      using authenticator = new Authenticator();
      authenticator.configureCurve("any");
      authenticator.configurePlain({ ada: "lovelace" });
      using pull = new Pull({ ...own, receiveTimeout: 10_000 });
      await pull.bind("tcp://127.0.0.1:*");
      using push = new Push(its);
      push.connect(pull.lastEndpoint);
      await push.send("x");
      await pull.receive();
    `,
      { flags: [`--allow-ffi=${systemLibrary}`] },
    );
    assertEquals([code, stderr], [0, ""]);
  },
});
