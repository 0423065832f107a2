/**
 * Puts faults into the library, one at a time, and lists those that no test notices: `./dev mutate`.
 *
 *     deno run -A tests/mutate.ts [--seed=1] [--count=200] [--results=FILE] [--other-build=LIBZMQ] [PATH...]
 *     deno run -A tests/mutate.ts --survivors [--results=FILE] [PATH...]
 *
 * The faults are drawn by the seed from all that the operators of `tests/faults.ts` can do to the modules whose paths begin
 * so, as many by each operator; what the compiler refuses is left out. Each is judged in a copy of the tree: by its module's
 * own tests, and by those that import the module; and when all have been, those that are left, by the rest of their folders'
 * tests, and by these over the other build of libzmq. A test notices a fault if it fails with it twice, passes
 * without it, and fails with it again.
 * A run that was broken off goes on from its file of results; `--survivors` judges those of such a file once more, by the
 * tests as they are now. A survivor needs a test, or makes no difference: that's for the reader to say.
 */

import { Compiler } from "./compiler.ts";
import { type Fault, faultsIn, OPERATORS, withFault } from "./faults.ts";
import { MODULES, ROOT } from "./files.ts";

const FOLDERS =
  /^(ffi|process|poller|socket|proxy|security|supervise|zeromq)\/|^context|^(proxy|library|errors)\.ts$/;
/** What runs only on other systems than this one: no test can notice anything there. */
const ELSEWHERE: Record<string, RegExp> = {
  linux: /^poller\/kqueue(_set)?\.ts$/,
  darwin: /^poller\/(epoll|ticker|runtime_set)/,
};
/** Where the drop-in's tests stand beside its folder; those of packages, pages and processes take too long. */
const BESIDE = /^(proxy|zeromq(_differences|_draft|_life|_v5_compat)?)_test\.ts$/;
/** What tests the contexts, beside files of their names. */
const OF_CONTEXTS = ["tests/process/", "tests/socket/handle_close_test.ts"];
/** More memory than this, in bytes, no test needs. */
const MOST_MEMORY = 4e9;
/** A run that says nothing for so many seconds hangs: tests end waiting after 20, and the runner names a slow one after 60. */
const HANGING = 50;

/** What becomes of a fault. One that is `left` has the wide tests before it; one that's `gone` stood in a changed line. */
type Verdict = "noticed" | "left" | "survived" | "refused" | "gone";

/** A fault that was drawn, and what became of it. */
interface Drawn extends Fault {
  verdict?: Verdict;
  /** What noticed it. */
  by?: string;
  /** Whether it survived at first, and is noticed by tests that came later. */
  since?: "later";
}

interface Results {
  seed: number;
  count: number;
  commit: string;
  /** How many faults there were to draw from. */
  all: number;
  /** In the order of their turns: as many are judged as were asked for. */
  drawn: Drawn[];
}

/** The same numbers for the same seed: from 0 to below 1. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Faults in an order by chance, where each operator has its turn. */
function draw(all: Fault[], count: number, random: () => number): Fault[] {
  const left = Object.keys(OPERATORS).map((name) => all.filter((one) => one.operator === name));
  const drawn: Fault[] = [];
  while (drawn.length < count && left.some(({ length }) => length > 0)) {
    for (const faults of left) {
      drawn.push(...faults.splice(Math.floor(random() * faults.length), 1));
    }
  }
  return drawn;
}

interface Ended {
  success: boolean;
  out: string;
  /** Why it was ended, if it didn't end by itself. */
  stopped?: string;
}

/** Ends the command that runs. */
let killCurrent = () => {};

/** Runs a command in a group of processes of its own, of which nothing is left afterwards. */
async function run(command: string, args: string[], cwd: string, options: {
  env?: Record<string, string>;
} = {}): Promise<Ended> {
  const child = new Deno.Command(command, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...options.env },
    detached: true,
  }).spawn();
  const killGroup = killCurrent = () => {
    try {
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // no process of it is left
    }
  };
  let stopped: string | undefined;
  let heard = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - heard > HANGING * 1000) stopped = `nothing for ${HANGING} s: it hangs`;
    if (residentBytes(child.pid) > MOST_MEMORY) stopped = "it takes all the memory that there is";
    if (stopped) killGroup();
  }, 500);
  const textOf = async (stream: ReadableStream<Uint8Array>) => {
    let text = "";
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      heard = performance.now();
    }
    return text;
  };
  // What a process of the group leaves open keeps the pipes open.
  const status = child.status.finally(killGroup);
  const [{ success }, ...texts] = await Promise.all([
    status,
    textOf(child.stdout),
    textOf(child.stderr),
  ]);
  clearInterval(watch);
  return { success, out: texts.join("\n"), ...stopped && { stopped } };
}

function residentBytes(pid: number): number {
  try {
    return Number(Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ")[1]) * 4096;
  } catch {
    return 0; // it has ended, or the system has no such file
  }
}

/** A copy of the tree, without what isn't the project's. */
async function copyTree(): Promise<string> {
  const root = new URL(ROOT).pathname;
  const folder = await Deno.makeTempDir({ prefix: "zmq-mutate-" });
  const { out } = await run("git", ["ls-files", "-co", "--exclude-standard"], root);
  for (const path of out.trim().split("\n")) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${root}${path}`, `${folder}/${path}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it was removed, and not yet committed
    });
  }
  return folder;
}

/** Some tests, under one name, and how they are run. */
interface Stage {
  name: string;
  tests: string[];
  /** The one test of these that is run. */
  only?: string;
  env?: Record<string, string>;
}

/** Judges faults in a copy of the tree. */
class Judge {
  readonly #folder: string;
  readonly #otherBuild: string | undefined;
  readonly #entries: string[];
  readonly #compiler: Compiler;
  readonly #testFiles: string[];
  /** The modules that a test file imports. */
  readonly #imports = new Map<string, Set<string>>();

  constructor(folder: string, declarations: string, otherBuild: string | undefined) {
    this.#folder = folder;
    this.#otherBuild = otherBuild;
    this.#entries = Object.values(JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`)).exports);
    this.#compiler = new Compiler(folder, this.#entries, declarations);
    this.#testFiles = [...filesBelow(folder, "tests/")].filter((path) => path.endsWith("_test.ts"));
    for (const file of this.#testFiles) {
      const source = Deno.readTextFileSync(`${folder}/${file}`);
      const specifiers = [...source.matchAll(/\bfrom "(\.[^"]+)"/g)].map(([, one]) => one!);
      const paths = specifiers.map((one) => new URL(one, `file:///${file}`).pathname.slice(1));
      this.#imports.set(file, new Set(paths));
    }
  }

  /** What becomes of a fault by the tests near its module, or by all others. */
  async judge(fault: Fault, wide: boolean): Promise<{ verdict: Verdict; by?: string }> {
    const { path } = fault;
    const file = `${this.#folder}/${path}`;
    const source = Deno.readTextFileSync(file);
    const faulty = withFault(source, fault);
    if (faulty === undefined) return { verdict: "gone" };
    try {
      Deno.writeTextFileSync(file, faulty);
      if (!wide && !await this.#compiles(path, source, faulty)) return { verdict: "refused" };
      for (const stage of this.#stagesOf(path, wide)) {
        const by = await this.#noticedBy(stage, file, source, faulty);
        if (by !== undefined) return { verdict: "noticed", by };
      }
      return { verdict: wide ? "survived" : "left" };
    } finally {
      Deno.writeTextFileSync(file, source);
    }
  }

  async #compiles(path: string, source: string, faulty: string): Promise<boolean> {
    if (this.#compiler.mistake(path, source) === undefined) {
      return this.#compiler.mistake(path, faulty) === undefined;
    }
    // It uses declarations that only Deno has.
    const args = ["check", "-q", path, ...this.#entries];
    return (await run(Deno.execPath(), args, this.#folder)).success;
  }

  #stagesOf(path: string, wide: boolean): Stage[] {
    const [, place = "", name] = /^(.*\/)?([^/]*)\.ts$/.exec(path)!;
    const own = new RegExp(`^tests/${place}${name}(_\\w+)?_test\\.ts$`);
    const left = new Set(this.#testFiles);
    const take = (which: (file: string) => boolean): string[] => {
      const taken = [...left].filter(which);
      taken.forEach((file) => left.delete(file));
      return taken;
    };
    const ownTests = take((file) => own.test(file));
    const importers = take((file) => this.#imports.get(file)!.has(path));
    const wider = place !== ""
      ? [`tests/${place}`]
      : /^context/.test(name!)
      ? OF_CONTEXTS
      : [`tests/${name}/`];
    const rest = take((file) =>
      wider.some((one) => file.startsWith(one)) ||
      place !== "" && file.startsWith(`tests/${place.slice(0, -1)}`) &&
        BESIDE.test(file.slice("tests/".length))
    );
    const env: Record<string, string> = {};
    if (this.#otherBuild) env["LIBZMQ_PATH"] = this.#otherBuild;
    // Drafts are only in the other build.
    const near = path.includes("draft") ? { env } : {};
    const stages: Stage[] = wide ? [{ name: "its folder's tests", tests: rest, ...near }] : [
      { name: "its own tests", tests: ownTests, ...near },
      { name: "tests that import it", tests: importers, ...near },
    ];
    if (wide && this.#otherBuild && /^(ffi\/|proxy|security\/|socket\/|zeromq\/)/.test(path)) {
      const tests = [...ownTests, ...importers, ...rest];
      stages.push({ name: "tests over the other build of libzmq", tests, env });
    }
    return stages.filter(({ tests }) => tests.length > 0);
  }

  /** Which test of a stage notices the fault, or `undefined`. */
  async #noticedBy(
    stage: Stage,
    file: string,
    source: string,
    faulty: string,
  ): Promise<string | undefined> {
    // A busy machine may break a test of time: so each failure has to come again, of that test alone or of its file, where
    // one before it has to come first; and the same has to pass without the fault right afterwards, and to fail with it again.
    for (let tries = 0; tries < 3; tries++) {
      const first = await this.#test(stage);
      if (first.success) return undefined;
      const { only, ...ofFile } = { ...stage, ...failedTest(first.out) };
      let failed: Stage = only === undefined ? ofFile : { ...ofFile, only };
      let again = await this.#test(failed);
      if (again.success && only !== undefined) again = await this.#test(failed = ofFile);
      if (again.success) continue;
      Deno.writeTextFileSync(file, source);
      const passes = await this.#passesIn(failed);
      Deno.writeTextFileSync(file, faulty);
      if (passes === "never") {
        console.log(
          `  left out, since it fails without a fault, too: ${failed.only ?? ""} ${failed.tests}`,
        );
        const tests = stage.tests.filter((one) => !failed.tests.includes(one));
        return tests.length === 0
          ? undefined
          : this.#noticedBy({ ...stage, tests }, file, source, faulty);
      }
      // A test that fails now and then may have done just that.
      if (passes === "the second try" || (await this.#test(failed)).success) continue;
      return again.stopped ?? only ?? "the tests' process ends";
    }
    console.log("  it makes tests fail now and then, which doesn't count");
    return undefined;
  }

  /** When tests pass without a fault. */
  async #passesIn(stage: Stage): Promise<"the first try" | "the second try" | "never"> {
    if ((await this.#test(stage)).success) return "the first try";
    return (await this.#test(stage)).success ? "the second try" : "never";
  }

  #test({ tests, only, env = {} }: Stage): Promise<Ended> {
    const args = ["test", "-A", "--no-check", "--fail-fast"];
    if (only !== undefined) args.push(`--filter=${only}`);
    return run(Deno.execPath(), [...args, ...tests], this.#folder, { env });
  }
}

/** The file that failed, or that was under way at the end, and in it the test, where that's told. */
function failedTest(out: string): Partial<Stage> {
  const files = [...out.matchAll(/^running \d+ tests? from \.\/(.*)$/gm)];
  const tests = files.slice(-1).map(([, file]) => file!);
  const [, only = [...out.matchAll(/^(.*) \.\.\. ?$/gm)].at(-1)?.[1]] =
    /^ FAILURES \n\n(.*?)( \.\.\. .*)? => /m.exec(out) ?? [];
  if (tests.length === 0) return {};
  return only === undefined || out.includes(" (uncaught error)") ? { tests } : { tests, only };
}

function* filesBelow(root: string, folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${root}/${folder}`)) {
    if (isDirectory) yield* filesBelow(root, `${folder}${name}/`);
    else yield folder + name;
  }
}

function told({ path, line, operator, was, becomes }: Fault): string {
  const short = (text: string) => text.replaceAll(/\s+/g, " ") || "(nothing)";
  return `${path}:${line} ${operator}: ${short(was)} -> ${short(becomes)}`;
}

/** The options given as --name=value, and what else is given. */
function options(args: string[]): { given: Record<string, string>; paths: string[] } {
  const given: Record<string, string> = {};
  const paths: string[] = [];
  for (const one of args) {
    const [, name, value = ""] = /^--([\w-]+)(?:=(.*))?$/.exec(one) ?? [];
    if (name === undefined) paths.push(one);
    else if (["seed", "count", "results", "other-build", "survivors"].includes(name)) {
      given[name] = value;
    } else throw new Error(`there is no option ${one}`);
  }
  return { given, paths };
}

async function begin(seed: number, count: number, paths: string[]): Promise<Results> {
  const modules = MODULES.filter((path) =>
    FOLDERS.test(path) && !ELSEWHERE[Deno.build.os]?.test(path) &&
    (paths.length === 0 || paths.some((one) => path.startsWith(one)))
  );
  const all = modules.flatMap((path) => faultsIn(path, Deno.readTextFileSync(new URL(path, ROOT))));
  const { out } = await run("git", ["rev-parse", "HEAD"], new URL(ROOT).pathname);
  // Of those that operators make, the compiler refuses more than half.
  const drawn = draw(all, count * 4, randomBy(seed));
  return { seed, count, commit: out.trim(), all: all.length, drawn };
}

function summary({ seed, count, commit, all, drawn }: Results): string {
  const of = (verdict: Verdict) => drawn.filter((one) => one.verdict === verdict);
  const noticed = of("noticed");
  const survivors = [...of("survived"), ...of("left")];
  const judged = noticed.length + survivors.length;
  const later = noticed.filter(({ since }) => since === "later").length;
  return [
    `Seed ${seed} at ${commit.slice(0, 10)}: ${judged} of ${count} judged, drawn from ${all}; ` +
    `${of("refused").length} more were refused by the compiler`,
    `${noticed.length} noticed (${(100 * noticed.length / judged).toFixed(1)} %), ` +
    `${later} of them by tests that came later; ${survivors.length} survived`,
    ...survivors.map(told).sort(),
  ].join("\n");
}

const { given, paths } = options(Deno.args);
const seed = Number(given.seed || 1);
const count = Number(given.count || 200);
const file = given.results || new URL(`.deno/mutate-${seed}.json`, ROOT).pathname;
const kept = await Deno.readTextFile(file).catch(() => undefined);
const results: Results = kept ? JSON.parse(kept) : await begin(seed, count, paths);
results.count = Math.max(results.count, Number(given.count || 0));
const folder = await copyTree();
// Its groups of processes aren't the terminal's, which interrupts only this one.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    killCurrent();
    Deno.removeSync(folder, { recursive: true });
    Deno.exit(130);
  });
}
try {
  const { out } = await run(Deno.execPath(), ["types"], folder);
  const judge = new Judge(folder, out, given["other-build"]);
  if ("survivors" in given) {
    const within = ({ path }: Drawn) =>
      paths.length === 0 || paths.some((one) => path.startsWith(one));
    const survivors = results.drawn.filter((one) =>
      (one.verdict === "survived" || one.verdict === "left") && within(one)
    );
    for (const fault of survivors) await decide(judge, fault, [false, true]);
  } else {
    for (const fault of results.drawn) {
      const judged = results.drawn.filter(({ verdict }) => isJudged(verdict)).length;
      if (judged >= results.count) break;
      if (fault.verdict === undefined) await decide(judge, fault, [false]);
    }
    for (const fault of results.drawn) {
      if (fault.verdict === "left") await decide(judge, fault, [true]);
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`\n${summary(results)}`);

function isJudged(verdict: Verdict | undefined): boolean {
  return verdict === "noticed" || verdict === "left" || verdict === "survived";
}

/** Has a fault judged by the tests near it, by all others, or by both, and keeps the result. */
async function decide(judge: Judge, fault: Drawn, widths: boolean[]): Promise<void> {
  const before = fault.verdict;
  for (const wide of widths) {
    const { verdict, by } = await judge.judge(fault, wide);
    console.log(`${verdict}: ${told(fault)}${by === undefined ? "" : ` (by: ${by})`}`);
    if (isJudged(before) && verdict === "gone") return;
    fault.verdict = verdict;
    if (by !== undefined) fault.by = by;
    if (before === "survived" && verdict === "noticed") fault.since = "later";
    if (verdict !== "left") break;
  }
  await Deno.mkdir(file.replace(/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(file, JSON.stringify(results, null, 1) + "\n");
}
