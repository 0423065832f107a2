/** What the tests of supervision share: children that are shells, which start in no time. */

import { libcForPassing } from "../../ffi/libc.ts";
import { listens } from "../../ffi/libc.ts";
import { listenAt, stopListening } from "../../supervise/listening.ts";
import { type ProcessEnd, Supervisor, type SupervisorOptions } from "../../supervise/mod.ts";
import "../socket/observing.ts";
import { turnsUntil } from "../waiting.ts";
import { withFolder } from "../util.ts";

// Foreign functions are bound at first use, which the sanitizers would take for a leak within a test.
libcForPassing();
const first = await listenAt("tcp://127.0.0.1:*", 1);
listens(first.fd);
stopListening(first);

/** Any free port. */
export const ANY = "tcp://127.0.0.1:*";

/**
 * A supervisor whose children run a script. In it, `log WORD` writes a line with the word and the child's id, and `count`
 * says how many there are.
 */
export interface Setting {
  readonly supervisor: Supervisor;
  /** How children have ended, those that weren't told to. */
  readonly ends: ProcessEnd[];
  /** Waits until so many lines of the log begin with a word. Returns the ids behind it. */
  logged(word: string, count: number): Promise<number[]>;
}

/** Has a body run with a supervisor of such children. */
export function supervising(
  script: string,
  options: Partial<SupervisorOptions>,
  body: (setting: Setting) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const log = `${folder}/log`;
    await Deno.writeTextFile(log, "");
    const ends: ProcessEnd[] = [];
    await using supervisor = await Supervisor.listen("/bin/sh", {
      args: [
        "-c",
        `LOG=${log}; log() { echo "$1 $$" >> ${log}; }\ncount() { echo $(wc -l < ${log}); }\n${script}`,
      ],
      listen: ANY,
      spare: false,
      onEnd: (end) => ends.push(end),
      ...options,
    });
    await body({
      supervisor,
      ends,
      async logged(word, count) {
        let ids: number[] = [];
        await turnsUntil(() => {
          const lines = Deno.readTextFileSync(log).split("\n").slice(0, -1);
          ids = lines.filter((line) => line.startsWith(`${word} `)).map((line) =>
            Number(line.slice(word.length + 1))
          );
          return ids.length >= count;
        }, `the line "${word}"`);
        return ids;
      },
    });
  });
}
