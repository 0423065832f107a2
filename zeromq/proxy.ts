/** Proxies. */

import { native } from "./classes.ts";

class ProxyClass {
}
export type Proxy = ProxyClass;
export const Proxy: typeof ProxyClass = native(ProxyClass);
