/** Opens what is opened once and stays, so that it doesn't pass for something that a sequence has left open. */

import { Poller } from "../../mod.ts";
import { kinds } from "../../poller/create.ts";
import "../util.ts";

// Half a second after its start, or where it listens to a signal first, Deno opens descriptors of its own.
const nothing = () => {};
Deno.addSignalListener("SIGUSR2", nothing);
Deno.removeSignalListener("SIGUSR2", nothing);

// Each backend has a set for the waits of its Pollers, from the first one on.
for (const backend of kinds()) {
  await using poller = new Poller({ backend });
  await poller.wait({ timeout: 1 });
}
