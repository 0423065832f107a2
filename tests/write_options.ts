/**
 * Writes the descriptions of the drop-in's options, which are those of the library's own: `deno run -A tests/write_options.ts`.
 *
 * An option that both have, with the same type, is described once, with the options of the library. The drop-in's
 * declarations stand for themselves all the same, so that its page and npm's package show every option.
 */

import { ROOT } from "./files.ts";

/** Where the drop-in's options stand, and those of the library: by interface, as far as the names aren't `X` and `XOptions`. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  "zeromq/socket_types.ts": ["socket/socket_options.ts", "socket/option_types.ts"],
  "zeromq/patterns.ts": [
    ...["socket/pair.ts", "socket/pipeline.ts", "socket/publish_subscribe.ts"],
    ...["socket/request_reply.ts", "socket/stream.ts"],
  ],
  "zeromq/draft.ts": [
    ...["socket/draft_server.ts", "socket/draft_groups.ts"],
    ...["socket/draft_pair.ts", "socket/draft_pipeline.ts"],
  ],
  "zeromq/context.ts": ["context_options.ts"],
};
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  CommonOptions: ["SocketOptions"],
  Writable: ["SenderOptions", "SocketOptions"],
  Readable: ["ReceiverOptions"],
  ContextClass: ["ContextOptions"],
};
/** What means something else in the drop-in: there, it also concerns the end of the process. */
const OWN: ReadonlySet<string> = new Set(["ContextClass.blocky"]);

const INTERFACE = /^export interface (\w+)[^]*?^\}$/gm;
const MEMBER = /^ {2}(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\n {2}(\w+)\??: ([^;]+);$/gm;

/** Each option's type and description, by interface. */
type Described = Map<string, Map<string, { type: string; text: string }>>;

async function describedIn(files: readonly string[]): Promise<Described> {
  const found: Described = new Map();
  for (const file of files) {
    for (const [body, name] of (await read(file)).matchAll(INTERFACE)) {
      const options = [...body.matchAll(MEMBER)].map(([, text, option, type]) =>
        [option, { type, text: text.replaceAll(/\{@linkcode (?:\w+\.)?(\w+)\}/g, "`$1`") }] as const
      );
      found.set(name, new Map(options));
    }
  }
  return found;
}

function read(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, ROOT));
}

/** The text of a module of the drop-in's, with the library's descriptions; and how many there are. */
async function describe(file: string): Promise<{ text: string; count: number }> {
  const described = await describedIn(TARGETS[file]);
  let count = 0;
  const text = (await read(file)).replaceAll(
    INTERFACE,
    (body: string, name: string) =>
      body.replaceAll(MEMBER, (member: string, own: string, option: string, type: string) => {
        const sources = SOURCES[name] ?? [`${name}Options`];
        const theirs = sources.map((source) => described.get(source)?.get(option))
          .find((found) => found?.type === type);
        if (theirs === undefined || OWN.has(`${name}.${option}`)) return member;
        count++;
        return member.replace(own, () => theirs.text);
      }),
  );
  return { text, count };
}

/** Each module of the drop-in's that has options, as it's to be, and how many of their descriptions are the library's. */
export function descriptions(): Promise<[file: string, text: string, count: number][]> {
  return Promise.all(
    Object.keys(TARGETS).map(async (file) => {
      const { text, count } = await describe(file);
      return [file, text, count] as [string, string, number];
    }),
  );
}

if (import.meta.main) {
  for (const [file, text] of await descriptions()) {
    await Deno.writeTextFile(new URL(file, ROOT), text);
  }
}
