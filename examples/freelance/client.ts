/**
 * The freelance pattern: a client that knows several servers, and needs no broker. The first answer
 * counts.
 *
 * It asks the server that answered last. When no answer comes in time, it asks the next as well. A
 * server to which there's no connection is passed over. So each question gets one answer as long as
 * a server lives, and when one fails, only the questions that it has are late. Several servers may
 * do the same, so ask for what does no harm twice. With a patience of 0 all are asked at once.
 *
 *     deno run --allow-ffi examples/freelance/server.ts tcp://127.0.0.1:5606
 *     deno run --allow-ffi examples/freelance/server.ts tcp://127.0.0.1:5607
 *     deno run --allow-ffi examples/freelance/client.ts
 *
 * Then kill the server that answers.
 *
 * Arguments: how many questions to ask; how long to wait until the next server is asked, and after
 * the last one, in ms; and the servers' addresses.
 */

import { Dealer } from "../../mod.ts";

const [count = "100", patience = "300", timeout = "2000", ...named] = Deno.args;
const addresses = named.length > 0 ? named : ["tcp://127.0.0.1:5606", "tcp://127.0.0.1:5607"];
const TRIES = 5;

/** Those of questions without an answer, by the question's number. */
const waiting = new Map<string, (answer: string) => void>();
let last = 0;
/** With the one that answered last in front. */
const servers = addresses.map((address) => {
  const server = new Dealer({ immediate: true, linger: 0 }); // it sends only where it's connected
  server.connect(address);
  hear(server);
  return server;
});

async function hear(server: Dealer): Promise<void> {
  for await (const [, number, answer] of server.iterate({ ref: false })) {
    const resolve = waiting.get(number.text());
    if (resolve === undefined) continue; // another was faster
    waiting.delete(number.text());
    servers.sort((one, other) => Number(other === server) - Number(one === server));
    resolve(answer.text());
  }
}

async function ask(question: string): Promise<string> {
  const number = `${++last}`;
  const { promise, resolve } = Promise.withResolvers<string>();
  waiting.set(number, resolve);
  try {
    for (let left = TRIES; left > 0; left--) {
      if (!servers.some((server) => server.writable)) await oneConnected();
      for (const server of [...servers]) {
        if (!server.trySend(["", number, question])) continue; // a Reply wants an empty frame
        const answer = await within(Number(patience), promise);
        if (answer !== undefined) return answer;
      }
      const answer = await within(Number(timeout), promise);
      if (answer !== undefined) return answer;
    }
    throw new Error(`no answer from ${addresses.join(", ")}`);
  } finally {
    waiting.delete(number);
  }
}

function oneConnected(): Promise<boolean> {
  const limits = { writable: true, timeout: Number(timeout) };
  return Promise.race(servers.map((server) => server.wait(limits)));
}

async function within<T>(time: number, promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), time);
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

try {
  for (let i = 1; i <= Number(count); i++) console.log(await ask(`question ${i}`));
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 1;
}
