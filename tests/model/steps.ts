/** What commands have in common: what can be done now, what is done, and what it was. */

import { type Arbitrary, type Command, type FastCheck } from "./fast_check.ts";
import type { World } from "./world.ts";

/** The numbers that a command is made of, each from 0 to the number given. fast-check makes them smaller. */
export type Numbers<Name extends string> = Record<Name, number>;

/** A kind of command. */
export interface Step<Name extends string = string> {
  readonly name: string;
  /** How often it's drawn beside others. */
  readonly weight: number;
  readonly most: Numbers<Name>;
  /** Does it, and says what; where it can't be done now, nothing. */
  run(world: World, numbers: Numbers<Name>): Promise<void> | void;
}

/** Declares one, with the types of its numbers. */
export function step<Name extends string>(
  name: string,
  weight: number,
  most: Numbers<Name>,
  run: Step<Name>["run"],
): Step {
  return { name, weight, most, run } as Step;
}

/** The one of a list that a number means; undefined where there is none. */
export function pick<T>(list: readonly T[], number: number): T | undefined {
  return list[number % Math.max(1, list.length)];
}

class StepCommand implements Command<World> {
  constructor(readonly step: Step, readonly numbers: Numbers<string>) {}

  check(): boolean {
    return true;
  }

  async run(world: World): Promise<void> {
    world.assertFine();
    await this.step.run(world, this.numbers);
    world.assertFine();
    for (const one of world.pollers) one.assertSize();
  }

  toString(): string {
    return `${this.step.name}(${Object.values(this.numbers)})`;
  }
}

/** All commands of some kinds, as often as their weights say. */
export function commandsOf(fc: FastCheck, steps: readonly Step[]): Arbitrary<Command<World>>[] {
  return steps.flatMap((one) => {
    const shape: Record<string, Arbitrary<number>> = {};
    for (const [name, most] of Object.entries(one.most)) shape[name] = fc.nat(most);
    const command = fc.record(shape).map((numbers) =>
      new StepCommand(one, numbers) as Command<World>
    );
    return Array.from({ length: one.weight }, () => command);
  });
}
