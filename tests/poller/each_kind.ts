/** Tests of a Poller over every backend that the system has. */

import { Poller } from "../../mod.ts";
import { kinds } from "../../poller/create.ts";
import "../util.ts";

// As in `util.ts`: the sanitizers take a table that is bound within a test for a leak.
for (const backend of kinds()) {
  using poller = new Poller({ backend });
  poller.waitSync({ timeout: 0 });
}

/** Registers a test over each backend. The Poller is closed behind it. */
export function overEach(
  name: string,
  body: (poller: Poller<string>) => unknown,
  ignore = false,
): void {
  for (const backend of kinds()) {
    Deno.test({
      name: `${backend}: ${name}`,
      ignore,
      fn: async () => {
        using poller = new Poller<string>({ backend });
        await body(poller);
      },
    });
  }
}
