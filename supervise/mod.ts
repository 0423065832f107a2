/**
 * A process that serves, started again whenever it's ended, and the one that starts it and keeps its port.
 *
 * The parent calls {@linkcode Supervisor.listen}, and the child {@linkcode supervised}.
 *
 * @module
 */

import "../ffi/ready.ts";
export type { ChildOptions } from "./child.ts";
export {
  type ProcessEnd,
  type RunOptions,
  Supervisor,
  type SupervisorOptions,
} from "./supervisor.ts";
export { type Bindable, type Supervised, supervised } from "./supervised.ts";
