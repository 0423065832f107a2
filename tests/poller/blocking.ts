/** Bounded waits on the isolate's own thread, as Linux's strategy makes them. */

import "../util.ts";
import type { Report } from "../../poller/backend.ts";
import { EpollBackend } from "../../poller/epoll.ts";
import { EpollStrategy } from "../../poller/epoll_strategy.ts";

/** A set and its strategy. */
export interface Blocking<Token> {
  backend: EpollBackend<Token>;
  block(report: Report<Token>): void;
  disarm(): void;
  close(): void;
}

/** Makes them. */
export function blocking<Token>(): Blocking<Token> {
  const backend = new EpollBackend<Token>();
  const strategy = new EpollStrategy(backend);
  return {
    backend,
    block(report) {
      strategy.arm(performance.now());
      backend.waitSync(strategy.limit, report);
    },
    disarm: () => strategy.disarm(),
    close() {
      strategy.close();
      backend.close();
    },
  };
}

/** How long bounded waits take where nothing comes, in ms. */
export function durations(block: Blocking<string>["block"], times: number): number[] {
  return Array.from({ length: times }, () => {
    const begun = performance.now();
    block(() => {});
    return performance.now() - begun;
  });
}
