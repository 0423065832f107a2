/** The checks of the arguments of methods that wait. */

import { match as assertMatch, strictEqual as assertEquals, throws } from "node:assert/strict";
import {
  checkCount,
  checkOptions,
  type Signature,
  waitProblem,
} from "../../poller/wait_options.ts";

const RECEIVE: Signature = {
  name: "receive",
  options: ["timeout", "signal"],
  example: "{ timeout: 50 }",
};
const NOTHING: Signature = { name: "look", options: [], hint: "look takes nothing" };

function problem(options: unknown, extra?: unknown, signature = RECEIVE): Error | undefined {
  return waitProblem(signature, options as object, extra);
}

function assertRefused(found: Error | undefined, text: RegExp, type = TypeError): void {
  assertEquals(found?.constructor, type);
  assertMatch(found!.message, text);
}

Deno.test("options that a method has are in order, and none at all, and undefined ones", () => {
  const { signal } = new AbortController();
  for (
    const bag of [undefined, {}, { timeout: 0 }, { timeout: Infinity, signal }, {
      timeout: undefined,
      signal: undefined,
    }]
  ) assertEquals(problem(bag), undefined);
});

Deno.test("an instance of a program's own class can be the options", () => {
  class Limits {
    get timeout(): number {
      return 5;
    }
  }
  assertEquals(problem(new Limits()), undefined);
});

Deno.test("whatever has the name of an option can be the options", () => {
  for (const other of [new Map(), [], new Date()]) {
    assertEquals(problem(Object.assign(other, { timeout: 5 })), undefined);
  }
});

Deno.test("what isn't an object is refused, and the text has it as it should be", () => {
  assertRefused(problem(70), /^receive takes an object of options, such as \{ timeout: 70 \}$/);
  for (const other of ["50", null, true, () => 50, 5n, -1]) {
    assertRefused(
      problem(other),
      /^receive takes an object of options, such as \{ timeout: 50 \}$/,
    );
  }
});

Deno.test("objects that are no bag are refused, also without properties", () => {
  for (const other of [[], ["a"], new Uint8Array(2), new ArrayBuffer(2), new Map(), new Date()]) {
    assertRefused(problem(other), /^receive takes an object of options/);
  }
});

Deno.test("a signal or its controller in place of the options is named as one of them", () => {
  const controller = new AbortController();
  for (const bag of [controller, controller.signal]) {
    assertRefused(problem(bag), /^receive takes an object of options, such as \{ signal \}$/);
    const hinted = { ...RECEIVE, hint: "one message" };
    assertRefused(waitProblem(hinted, bag, undefined), /such as \{ signal \}$/);
  }
});

Deno.test("what a getter of the options threw was thrown by methods that return promises", () => {
  const mine = new Error("mine");
  const bag = {
    get timeout(): number {
      throw mine;
    },
  };
  assertEquals(problem(bag), mine);
});

Deno.test("an unknown name is refused with the nearest one, or with all of them", () => {
  assertRefused(problem({ timout: 5 }), /^receive has no option timout; did you mean timeout\?$/);
  assertRefused(
    problem({ colour: 1 }),
    /^receive has no option colour: it takes timeout and signal$/,
  );
});

Deno.test("a method without options says so", () => {
  assertRefused(problem({ timeout: 5 }, undefined, NOTHING), /^look takes nothing$/);
});

Deno.test("an argument too many is refused", () => {
  assertRefused(problem({}, 5), /^receive takes nothing after its options$/);
  assertRefused(problem(undefined, {}), /^receive takes nothing after its options$/);
});

Deno.test("what other code has put on every object isn't taken for an option", () => {
  const everyObject = Object.prototype as { colour?: number };
  everyObject.colour = 1;
  try {
    assertEquals(problem({ timeout: 5 }), undefined);
    assertRefused(problem({ timout: 5 }), /did you mean timeout/);
  } finally {
    delete everyObject.colour;
  }
});

Deno.test("a timeout that isn't a number is a TypeError, and a negative one a RangeError that names Infinity", () => {
  for (const timeout of ["5", NaN, null, {}, 5n]) {
    assertRefused(problem({ timeout }), /^A timeout is a number of milliseconds/);
  }
  assertRefused(problem({ timeout: -1 }), /not -1; Infinity for no limit$/, RangeError);
});

Deno.test("a signal that isn't one is a TypeError", () => {
  for (const signal of [null, {}, new AbortController()]) {
    assertRefused(problem({ signal }), /^A signal must be an AbortSignal$/);
  }
});

Deno.test("a bag without waits is checked by its names alone", () => {
  checkOptions({ name: "drain", options: ["limit"], example: "{ limit: 5 }" }, { limit: "any" });
});

Deno.test("a method may have more than two options, in any order", () => {
  const signature = { name: "visit", options: ["limit", "signal", "raw"], example: "{ limit: 5 }" };
  checkOptions(signature, { raw: true, limit: 5 });
  throws(() => checkOptions(signature, { row: true }), { message: /did you mean raw/ });
});

Deno.test("an argument behind options that are left out is refused", () => {
  const signature = { name: "drain", options: ["limit"], example: "{ limit: 5 }" };
  checkOptions(signature, undefined);
  throws(() => checkOptions(signature, undefined, 5), TypeError);
});

Deno.test("an argument too many is a TypeError that says how many there may be", () => {
  checkCount("bind", 0, 1);
  checkCount("bind", 1, 1);
  throws(() => checkCount("close", 1, 0), {
    name: "TypeError",
    message: "close takes no argument, not 1",
  });
  throws(() => checkCount("bind", 2, 1), { message: "bind takes one argument, not 2" });
  throws(() => checkCount("connect", 3, 2), { message: "connect takes 2 arguments, not 3" });
});
