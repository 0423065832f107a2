/** The public API against a model of it: sequences of calls, drawn at random, that hold whatever their order is. */

import { fail } from "node:assert/strict";
import "./model/warm_up.ts";
import { fastCheck } from "./model/fast_check.ts";
import { runModel } from "./model/runner.ts";

const fc = await fastCheck();
/** Another one each time; a failure prints how to run its sequence again. */
const seed = Number(Deno.env.get("MODEL_SEED") ?? Math.floor(Math.random() * 2 ** 31));

Deno.test({
  name: "sequences of calls drawn at random lose nothing, hang nowhere, and leave nothing open" +
    (fc === undefined ? " (needs npm's fast-check)" : ""),
  ignore: fc === undefined,
  // Functions that are bound at first use count as left behind; each sequence looks itself for what it has left open.
  sanitizeResources: false,
  fn: async () => {
    const onFailure = (what: string) => console.log(what);
    const { failure } = await runModel(fc!, { seed, runs: 60, time: 3000, onFailure });
    if (failure !== undefined) fail(failure);
  },
});
