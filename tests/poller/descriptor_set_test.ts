/** What every backend is built on, over a system whose calls are in the test's hands. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import type { Report } from "../../poller/backend.ts";
import { DescriptorSet } from "../../poller/descriptor_set.ts";
import { throwsCode } from "../failures.ts";

/** A set that takes down what is asked of it. */
class Recorded extends DescriptorSet<string, string> {
  readonly calls: string[] = [];
  readonly #wait = Promise.withResolvers<number>();
  /** Something is left to collect. */
  left = false;

  constructor() {
    super("poll", "register", "wait");
  }

  /** Ends the wait on the pool. */
  end(): void {
    this.#wait.resolve(1);
  }

  add(fd: number): void {
    this.assertAddable(fd);
    this.entries.set(fd, "entry");
  }
  modify(fd: number): void {
    this.find(fd);
  }
  remove(): void {}
  attach(): void {}
  detach(): void {}
  collect(report: Report<string>): void {
    report("token", 1);
  }

  protected beginWait(timeout: number): Promise<number> | undefined {
    this.calls.push(`begin ${timeout}`);
    return this.left ? undefined : this.#wait.promise;
  }
  protected takeWait(found: number): void {
    this.calls.push(`take ${found}`);
  }
  protected waitHere(timeout: number): void {
    this.calls.push(`here ${timeout}`);
  }
  protected signal(): void {
    this.calls.push("signal");
  }
  protected leaveParent(): void {
    this.calls.push("leave");
  }
  protected clear(): void {
    this.calls.push("clear");
  }
  protected release(): void {
    this.calls.push("release");
  }
}

Deno.test("a set that is closed under a wait ends it, and is released once that has ended", async () => {
  const set = new Recorded();
  const waited = set.wait(-1);
  set.close();
  assertEquals([set.waiting, ...set.calls], [true, "begin -1", "leave", "clear", "signal"]);
  set.end();
  await waited;
  assertEquals([set.waiting, ...set.calls.slice(4)], [false, "release"]);
});

Deno.test("a set that is closed while nothing waits is released at once, and once", () => {
  const set = new Recorded();
  set.close();
  set.close();
  assertEquals(set.calls, ["leave", "clear", "release"]);
});

Deno.test("a wait of a set that has something left to collect ends at once, and isn't outstanding", async () => {
  const set = new Recorded();
  set.left = true;
  const waited = set.wait(5);
  assertEquals(set.waiting, false);
  await waited;
  assertEquals(set.calls, ["begin 5"]);
});

Deno.test("a wait's time-out is whole before the system gets it, on either thread", async () => {
  const set = new Recorded();
  set.waitSync(0.25, () => {});
  const waited = set.wait(1.5);
  set.end();
  await waited;
  assertEquals(set.calls, ["here 1", "begin 2", "take 1"]);
});

Deno.test("a set's errors name the call that registers, or the one that waits", async () => {
  const set = new Recorded();
  set.add(3);
  throwsCode(() => set.add(3), "EEXIST", "register");
  throwsCode(() => set.modify(4), "ENOENT", "register");
  const waited = set.wait(-1);
  throwsCode(() => set.waitSync(0, () => {}), "EBUSY", "wait");
  set.end();
  await waited;
  set.close();
  throwsCode(() => set.add(3), "EBADF", "register");
  throwsCode(() => set.wake(), "EBADF", "wait");
});
