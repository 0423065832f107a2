/** What every backend must do: one test a claim, the same for each of them. */

import type { BackendKind } from "../../poller/backend.ts";
import { changes } from "./contract/changes.ts";
import { contractOf } from "./contract/claims.ts";
import { closing } from "./contract/closing.ts";
import { nestedSets } from "./contract/nested.ts";
import { many } from "./contract/many.ts";
import { numbers } from "./contract/numbers.ts";
import { readiness } from "./contract/readiness.ts";
import { registering } from "./contract/registering.ts";
import { select } from "./contract/select.ts";
import { time } from "./contract/time.ts";
import { waking } from "./contract/waking.ts";

/** Registers the contract's tests for one kind. */
export function backendContract(kind: BackendKind): void {
  const contract = contractOf(kind);
  registering(contract);
  readiness(contract);
  numbers(contract);
  time(contract);
  waking(contract);
  changes(contract);
  many(contract);
  nestedSets(contract);
  closing(contract);
  if (kind === "select") select(contract);
}
