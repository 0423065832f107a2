/** The example of a broker that has requests and answers on disk. */

import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import { Dealer, Request, ZmqError } from "../../mod.ts";
import { Store } from "../../examples/titanic/store.ts";
import { withFolder } from "../util.ts";
import { pause } from "../waiting.ts";
import { example, exampleWith } from "./examples.ts";
import type { Running } from "./support.ts";

/** The parts, with the database and the addresses in a folder; at the end all that run are ended. */
class Titanic extends AsyncDisposableStack {
  readonly file: string;
  readonly front: string;
  readonly back: string;

  constructor(folder: string) {
    super();
    this.file = `${folder}/titanic.db`;
    this.front = `ipc://${folder}/clients`;
    this.back = `ipc://${folder}/workers`;
  }

  broker(limit = "500"): Running {
    const permissions = { "--allow-read": this.file, "--allow-write": this.file };
    const args = [this.file, this.front, this.back, limit];
    return this.use(exampleWith(permissions, "titanic/broker.ts", ...args));
  }

  worker(work: string): Running {
    return this.use(example("titanic/worker.ts", this.back, work));
  }

  client(verb: string, argument: string): Running {
    return this.use(example("titanic/client.ts", verb, argument, this.front));
  }

  /** Says something to the broker until there's an answer. */
  asking(): (...message: string[]) => Promise<string[]> {
    const options = { relaxed: true, correlate: true, immediate: true, linger: 0 };
    const socket = this.use(new Request(options));
    socket.connect(this.front);
    return async (...message) => {
      for (;;) {
        try {
          await socket.send(message);
          return (await socket.receive({ timeout: 200 })).map((frame) => frame.text());
        } catch (error) {
          if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
        }
      }
    };
  }
}

async function killed(process: Running): Promise<void> {
  process.kill("SIGKILL");
  await process.ended();
}

Deno.test("titanic: each request that was accepted is answered, while the broker and workers are killed and started again", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    let broker = titanic.broker();
    let worker = titanic.worker("5");
    titanic.worker("5");

    const questions = Array.from({ length: 120 }, (_, i) => `question ${i}`);
    const state = { accepted: 0, answered: 0 };
    const answers: string[] = [];
    const client = async (share: string[]) => {
      const ask = titanic.asking();
      const ids = new Map(share.map((question) => [crypto.randomUUID(), question]));
      for (const [id, question] of ids) {
        assertEquals(await ask("submit", id, question), ["accepted"]);
        state.accepted++;
      }
      for (const id of ids.keys()) {
        let answer = await ask("fetch", id);
        for (; answer[0] === "pending"; answer = await ask("fetch", id)) await pause(5); // the pace
        assertEquals(answer[0], "answer");
        answers.push(answer[1]);
        state.answered++;
        assertEquals(await ask("close", id), ["unknown"]);
      }
    };
    const clients = [0, 1, 2].map((n) => client(questions.filter((_, i) => i % 3 === n)));
    const kills = (async () => {
      for (const [what, count] of [["accepted", 30], ["accepted", 90], ["answered", 40]] as const) {
        while (state[what] < count) await pause(1);
        await Promise.all([killed(broker), killed(worker)]);
        [broker, worker] = [titanic.broker(), titanic.worker("5")];
      }
    })();
    await Promise.all([...clients, kills]);
    assertEquals(answers.sort(), questions.map((question) => `the answer to ${question}`).sort());
    await killed(broker);
    using store = new Store(titanic.file);
    assertEquals(store.unanswered(), []);
  }));

Deno.test("titanic: a client hands in and goes, and another has the answer, after everything was killed in between", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    const first = titanic.broker();
    const [id] = await titanic.client("submit", "a question").lines(1);
    await killed(first);
    const second = titanic.broker();
    const worker = titanic.worker("0");
    const ask = titanic.asking();
    while ((await ask("fetch", id))[0] === "pending") await pause(5); // the pace
    await Promise.all([killed(second), killed(worker)]);
    titanic.broker();
    assertEquals(await titanic.client("fetch", id).lines(), ["the answer to a question"]);
    const { status, errors } = await titanic.client("fetch", id).ended();
    assertEquals(status, 1);
    assert(errors.includes(`no request ${id}`));
  }));

Deno.test("titanic: a request whose worker hangs goes to another, and the first answer stays", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    titanic.broker("200");
    const ask = titanic.asking();
    await ask("submit", "1", "a question");
    const hanging = new Request();
    hanging.connect(titanic.back);
    titanic.use(hanging);
    await hanging.send("ready");
    assertEquals((await hanging.receive({ timeout: 20_000 })).map(String), ["1", "a question"]);
    const worker = titanic.worker("0");
    while ((await ask("fetch", "1"))[0] === "pending") await pause(5); // the pace
    await killed(worker);
    await hanging.send(["1", "another answer"]);
    await ask("submit", "2", "for the one that hung, when the broker has its answer");
    await hanging.receive({ timeout: 20_000 });
    assertEquals(await ask("fetch", "1"), ["answer", "the answer to a question"]);
  }));

Deno.test("titanic: a worker that is told to end answers the request at hand first", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    const broker = titanic.broker("60000");
    const ask = titanic.asking();
    await ask("submit", "1", "a question");
    const worker = titanic.worker("200");
    await worker.printed("working on ");
    worker.kill("SIGTERM");
    assertEquals(await worker.ended(), { status: 0, errors: "" });
    while ((await ask("fetch", "1"))[0] === "pending") await pause(5); // the pace
    broker.kill("SIGINT");
    assertEquals(await broker.ended(), { status: 0, errors: "" });
  }));

Deno.test("titanic: what isn't of a Request doesn't end the broker", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    titanic.broker();
    await using worker = new Dealer({ linger: 0 });
    worker.connect(titanic.back);
    for (const message of ["alone", ["1", "an answer"], ["", "ready"]]) await worker.send(message);
    await titanic.asking()("submit", "1", "a question");
    const message = await worker.receive({ timeout: 20_000 });
    assertEquals(message.map(String), ["", "1", "a question"]);
  }));

Deno.test("titanic: a client says that no broker answers, and how it's called", () =>
  withFolder(async (folder) => {
    await using titanic = new Titanic(folder);
    await titanic.client("submit", "a question").said("the broker doesn't answer");
    const { status, errors } = await titanic.client("question", "").ended();
    assertEquals(status, 2);
    assert(errors.startsWith("say: submit"));
  }));
