/**
 * Puts faults into the library, one at a time, and lists those that no test notices: `./dev mutate`.
 *
 *     deno run -A tests/mutate.ts [--seed=1] [--count=200] [PATH...]
 *
 * The faults are drawn by the seed from all that the operators below can do to the modules whose paths begin so. Each is
 * judged by its module's own tests, in a copy of the tree, and if these notice nothing, by all tests of its folder. A survivor
 * needs a test, or makes no difference: that's for the reader to say.
 */

import { MODULES, ROOT } from "./files.ts";

const FOLDERS =
  /^(ffi|process|poller|socket|proxy|security|zeromq)\/|^context|^(proxy|library|errors)\.ts$/;
/** A run that takes longer hangs, by its fault. */
const LIMIT = 240_000;

// A specifier that is computed is fetched only here, and not by whatever checks types.
const SPECIFIER = "npm:typescript@5.9.3";
// deno-lint-ignore no-explicit-any -- its types would have to be fetched, too
const ts: any = (await import(SPECIFIER)).default;

/** A fault: what takes the place of some of a module's text. */
interface Fault {
  path: string;
  operator: string;
  line: number;
  start: number;
  end: number;
  text: string;
}

const SWAPPED: Record<string, [operator: string, other: string]> = {
  "&&": ["logic", "||"],
  "||": ["logic", "&&"],
  "===": ["equality", "!=="],
  "!==": ["equality", "==="],
  "<": ["bound", "<="],
  "<=": ["bound", "<"],
  ">": ["bound", ">="],
  ">=": ["bound", ">"],
  "+": ["sum", "-"],
  "-": ["sum", "+"],
};

/** All faults that the operators make of a module. */
function faultsIn(path: string, source: string): Fault[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const faults: Fault[] = [];
  const { SyntaxKind } = ts;
  // deno-lint-ignore no-explicit-any -- see above
  const add = (operator: string, node: any, text: string) => {
    const start = node.getStart();
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    faults.push({ path, operator, line, start, end: node.getEnd(), text });
  };
  // deno-lint-ignore no-explicit-any -- see above
  const visit = (node: any): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    if (ts.isIfStatement(node)) {
      add("condition", node.expression, `!(${node.expression.getText()})`);
    }
    if (ts.isConditionalExpression(node)) {
      add("condition", node.condition, `!(${node.condition.getText()})`);
    }
    if (ts.isExpressionStatement(node) && !/^super\b/.test(node.getText())) {
      add("statement", node, ";");
    }
    if (ts.isBinaryExpression(node)) {
      const sign = node.operatorToken.getText();
      const isText = /["'`]/.test(node.getText());
      const [operator, other] = SWAPPED[sign] ?? [];
      if (operator !== undefined && !(operator === "sum" && isText)) {
        add(operator, node.operatorToken, other!);
      }
    }
    if (node.kind === SyntaxKind.TrueKeyword) add("truth", node, "false");
    if (node.kind === SyntaxKind.FalseKeyword) add("truth", node, "true");
    if (ts.isNumericLiteral(node)) add("number", node, `(${node.getText()} + 1)`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return faults;
}

/** The same numbers for the same seed: from 0 to below 1. */
function randomBy(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function draw<T>(all: T[], count: number, random: () => number): T[] {
  const left = [...all];
  const drawn: T[] = [];
  while (drawn.length < count && left.length > 0) {
    drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return drawn;
}

async function output(command: string, args: string[], cwd: string): Promise<[boolean, string]> {
  const child = new Deno.Command(command, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const { success, stdout } = await child.output();
  clearTimeout(timer);
  return [success, new TextDecoder().decode(stdout)];
}

/** A copy of the tree. */
async function copyTree(): Promise<string> {
  const root = new URL(ROOT).pathname;
  const folder = await Deno.makeTempDir({ prefix: "zmq-mutate-" });
  const [, list] = await output("git", ["ls-files", "-co", "--exclude-standard"], root);
  for (const path of list.trim().split("\n")) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${root}${path}`, `${folder}/${path}`).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it was removed, and not yet committed
    });
  }
  return folder;
}

/** The files of a module's own tests. */
function testsOf(path: string, folder: string): string[] {
  const [, place = "", name] = /^(.*\/)?([^/]*)\.ts$/.exec(path)!;
  const files = [...Deno.readDirSync(`${folder}/tests/${place}`)].map(({ name }) => name);
  return files.filter((file) =>
    file.endsWith("_test.ts") && `${file.slice(0, -"_test.ts".length)}_`.startsWith(`${name}_`)
  ).map((file) => `tests/${place}${file}`).sort();
}

/** Whether the tests pass. */
async function pass(tests: string[], folder: string): Promise<boolean> {
  const args = ["test", "-A", "--no-check", "--quiet", "--fail-fast", ...tests];
  return (await output(Deno.execPath(), args, folder))[0];
}

const { seed, count, paths } = options(Deno.args);
const folder = await copyTree();
try {
  await run();
} finally {
  await Deno.remove(folder, { recursive: true });
}

function options(args: string[]): { seed: number; count: number; paths: string[] } {
  const number = (name: string, none: number) => {
    const given = args.find((one) => one.startsWith(`--${name}=`));
    return given === undefined ? none : Number(given.slice(name.length + 3));
  };
  const paths = args.filter((one) => !one.startsWith("--"));
  return { seed: number("seed", 1), count: number("count", 200), paths };
}

async function run(): Promise<void> {
  const modules = MODULES.filter((path) =>
    FOLDERS.test(path) && (paths.length === 0 || paths.some((one) => path.startsWith(one))) &&
    testsOf(path, folder).length > 0
  );
  const all = modules.flatMap((path) => faultsIn(path, Deno.readTextFileSync(`${folder}/${path}`)));
  const drawn = draw(all, count, randomBy(seed)).sort((a, b) => a.path < b.path ? -1 : 1);
  console.log(`${drawn.length} of ${all.length} faults in ${modules.length} modules, seed ${seed}`);
  const sound = new Map<string, boolean>();
  let judged = 0;
  /** How many only the other tests of their folders have noticed. */
  let byOthers = 0;
  const survivors: string[] = [];
  for (const fault of drawn) {
    const { path, operator, line, start, end, text } = fault;
    const tests = testsOf(path, folder);
    if (!sound.has(path)) sound.set(path, await pass(tests, folder));
    const source = Deno.readTextFileSync(`${folder}/${path}`);
    const was = source.slice(start, end).replaceAll(/\s+/g, " ");
    const what = `${path}:${line} ${operator}: ${was} -> ${text.replaceAll(/\s+/g, " ")}`;
    if (!sound.get(path)) {
      console.log(`not judged, since its tests fail without it: ${what}`);
      continue;
    }
    Deno.writeTextFileSync(`${folder}/${path}`, source.slice(0, start) + text + source.slice(end));
    const missed = await pass(tests, folder);
    const place = /^\w+\//.exec(path)?.[0];
    const survived = missed && (place === undefined || await pass([`tests/${place}`], folder));
    Deno.writeTextFileSync(`${folder}/${path}`, source);
    judged++;
    if (survived) survivors.push(what);
    if (missed && !survived) byOthers++;
    console.log(`${survived ? "SURVIVED" : missed ? "noticed by others" : "noticed"} ${what}`);
  }
  const noticed = judged - survivors.length;
  const share = (100 * noticed / judged).toFixed();
  console.log(
    `\n${noticed} of ${judged} noticed (${share} %), ${byOthers} of them by others' tests`,
  );
  if (survivors.length > 0) console.log(`Survivors:\n${survivors.sort().join("\n")}`);
}
