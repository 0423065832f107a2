/** The default context, which all isolates of the process share. */

import { ContextCore } from "../context_core.ts";
import { inWorker } from "../process/isolate.ts";
import { joinOrMake } from "../process/shared_contexts.ts";

/** How long, in ms, the messages that a worker has sent just before its end have to arrive, whatever their linger. */
const GRACE = 1000;

/** The engine's context, shared with all isolates of the process that use this module. */
export class SharedCore extends ContextCore {
  protected override begin(): Deno.PointerObject {
    this.common = joinOrMake("zeromq", () => super.begin());
    return this.common?.pointer ?? super.begin();
  }

  protected override leaving(): void {
    if (!inWorker() || !this.common?.others()) return;
    // The worker has ended without closing its sockets, and the context goes on.
    for (const member of this.members) {
      if (member.linger === 0) member.linger = GRACE;
    }
  }
}
