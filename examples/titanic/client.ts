/**
 * A client of the titanic: "submit" hands a question in, and prints its id. "fetch" waits for the
 * answer to it, prints that, and lets the broker forget both.
 *
 * The broker needn't be there all the time: the client says everything again until it has an
 * answer.
 *
 *     deno run --allow-ffi examples/titanic/client.ts submit "a question"
 *     deno run --allow-ffi examples/titanic/client.ts fetch ID
 *
 * Arguments: submit or fetch, the question or the id, and the broker's address.
 */

import { type Frame, Request } from "../../mod.ts";

const [verb, argument, address = "tcp://127.0.0.1:5610"] = Deno.args;
if (!["submit", "fetch"].includes(verb) || argument === undefined) {
  console.error('say: submit "a question", or: fetch ID');
  Deno.exit(2);
}

// It may ask again, once there is a broker: see lazy_pirate.
await using client = new Request({ relaxed: true, correlate: true, immediate: true, linger: 0 });
client.connect(address);

async function ask(...message: string[]): Promise<Frame[]> {
  for (;;) {
    const signal = AbortSignal.timeout(1000);
    try {
      await client.send(message, { signal });
      return await client.receive({ signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      console.error("the broker doesn't answer: asking again");
    }
  }
}

async function fetchAnswer(id: string): Promise<string> {
  for (;;) {
    const [state, answer] = await ask("fetch", id);
    if (answer !== undefined) return answer.text();
    if (state.text() === "unknown") throw new Error(`there is no request ${id}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

try {
  if (verb === "submit") {
    const id = crypto.randomUUID();
    await ask("submit", id, argument);
    console.log(id);
  } else {
    console.log(await fetchAnswer(argument));
    await ask("close", argument); // not before it's printed
  }
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 1;
}
