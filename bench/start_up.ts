/** What importing the library adds to the start of a program. */

import type { Case } from "./harness/contest.ts";
import type { Group } from "./harness/group.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { median } from "./harness/statistics.ts";

/** In one round, each is started so many times, in turn. */
const STARTS = 6;

const MODULES: Record<string, string> = {
  "mod.ts": "mod.ts",
  "poller/mod.ts": "poller/mod.ts",
};

export const startUp: Group = {
  name: "import",
  title: "what an import of the library adds to the start of a program",
  peers: [],
  async measure(plan, progress) {
    const folder = await Deno.makeTempDir({ prefix: "deno-zmq-bench-" });
    try {
      const root = fromFileUrl(new URL("../", import.meta.url));
      const programs = [{ name: "bare deno run", file: `${folder}/bare.ts`, text: "" }];
      for (const [name, path] of Object.entries(MODULES)) {
        const file = `${folder}/${programs.length}.ts`;
        programs.push({ name, file, text: `import ${JSON.stringify(root + path)};\n` });
      }
      for (const { file, text } of programs) {
        await Deno.writeTextFile(file, text);
        await start(file); // fills Deno's cache
      }
      const series = programs.map(({ name }) => ({
        name,
        values: [] as number[],
        references: [] as number[],
      }));
      for (let round = 0; round < plan.rounds; round++) {
        progress(`import: round ${round + 1} of ${plan.rounds}`);
        const times = programs.map((): number[] => []);
        for (let i = 0; i < STARTS; i++) {
          for (const [i, { file }] of programs.entries()) times[i].push(await start(file));
        }
        const bare = median(times[0]);
        for (const [i, all] of times.entries()) {
          const differences = all.map((time, k) => time - times[0][k]);
          series[i].values.push(i === 0 ? bare : median(differences));
        }
      }
      const [bare, ...imports] = series;
      const common = { group: "import", unit: "ms", better: "less" as const };
      const over: Case = {
        ...common,
        key: "import/over",
        title: "an import, over bare `deno run`",
        series: imports,
      };
      const whole: Case = {
        ...common,
        key: "import/bare",
        title: "start and end of an empty program",
        series: [bare],
      };
      return [over, whole];
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};

async function start(file: string): Promise<number> {
  const begin = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-lock", file],
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return performance.now() - begin;
}
