/** What happens to a socket. */

import { native } from "./classes.ts";
import type { SocketState } from "./state.ts";

class ObserverClass {
}
export type Observer = ObserverClass;
export const Observer: typeof ObserverClass = native(ObserverClass);
export function observe(_state: SocketState): Observer {
  return new Observer();
}
