/** npm's fast-check: what the model-based test uses of it. */

// A specifier that is computed is fetched only here, and not by whatever checks types.
const SPECIFIER = "npm:fast-check@4.11.0";

/** What makes random values, and smaller ones of them. */
export interface Arbitrary<T> {
  map<U>(mapper: (value: T) => U): Arbitrary<U>;
  readonly type?: T;
}

/** A command, as fast-check runs it. */
export interface Command<Model> {
  check(model: Model): boolean;
  run(model: Model, real: undefined): Promise<void>;
  toString(): string;
}

/** A property that is checked with random values. */
interface Property {
  readonly isProperty?: true;
}

/** How a property is checked. */
export interface Parameters {
  seed?: number;
  path?: string;
  numRuns?: number;
  interruptAfterTimeLimit?: number;
  markInterruptAsFailure?: boolean;
}

/** What came of it. */
export interface Outcome {
  failed: boolean;
  interrupted: boolean;
  numRuns: number;
  numShrinks: number;
  seed: number;
  counterexample: unknown[] | null;
  counterexamplePath: string | null;
  errorInstance: unknown;
}

/** The module. */
export interface FastCheck {
  constantFrom<T>(...values: T[]): Arbitrary<T>;
  nat(max: number): Arbitrary<number>;
  boolean(): Arbitrary<boolean>;
  record<T>(shape: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T>;
  oneof<T>(...choices: Arbitrary<T>[]): Arbitrary<T>;
  array<T>(one: Arbitrary<T>, length: { minLength: number; maxLength: number }): Arbitrary<T[]>;
  tuple<A, B>(first: Arbitrary<A>, second: Arbitrary<B>): Arbitrary<[A, B]>;
  commands<Model>(
    commands: Arbitrary<Command<Model>>[],
    options: { maxCommands: number; size: "max"; replayPath?: string },
  ): Arbitrary<Iterable<Command<Model>>>;
  asyncModelRun<Model>(
    setup: () => { model: Model; real: undefined },
    commands: Iterable<Command<Model>>,
  ): Promise<void>;
  asyncProperty<T>(values: Arbitrary<T>, check: (value: T) => Promise<void>): Property;
  check(property: Property, parameters: Parameters): Promise<Outcome>;
}

/** The module; undefined where npm's packages can't be had. */
export async function fastCheck(): Promise<FastCheck | undefined> {
  try {
    return (await import(SPECIFIER)).default;
  } catch {
    return undefined;
  }
}
