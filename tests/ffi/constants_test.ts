import { deepStrictEqual as assertEquals, ok as assert } from "node:assert/strict";
import * as constants from "../../ffi/constants.ts";
import { MODULES, ROOT } from "../files.ts";

/** Where C's names and numbers may stand: the bindings, the backends with their parts, the two tables, and version 5's names. */
const BACKENDS =
  /^poller\/(epoll|kqueue)(_\w+)?\.ts$|^poller\/(poll|pollfds|select|runtime_set|block_timer|wakeup|fd)\.ts$/;
const TABLES = /^socket\/(options_table|types)\.ts$/;
const VERSION_5 = /^zeromq\/v5_(constants|options)\.ts$|^zeromq_v5_compat\.ts$/;
const AT_HOME = [/^ffi\//, BACKENDS, TABLES, VERSION_5];
/** Functions that take the number of an option, or of a type of socket, and the place of that argument. */
const TAKES = new Map([
  ...["getBytes", "setBytes", "getInt", "zmq_getsockopt", "zmq_setsockopt", "zmq_ctx_get"]
    .map((name) => [name, 1] as const),
  ...["zmq_ctx_set", "zmq_socket", "open", "engineOption", "shadowByNumber"]
    .map((name) => [name, 1] as const),
  ...["core.get", "core.getAny", "core.set", "timeoutOf", "typeOf"]
    .map((name) => [name, 0] as const),
  ...["getValue", "getBytes", "setBytes"].flatMap((name) =>
    ["this", "handle"].map((object) => [`${object}.${name}`, 0] as const)
  ),
  ["Option", 0], // getBoolOption and the like
]);

/** Of libzmq, of each call that waits and what its descriptors are, of files and signals. */
const NAMES =
  /\b(?:ZMQ|EPOLL|EVFILT|EV|NOTE|TFD|EFD|SIG|F|FD|O)_[A-Z]+\w*|\bCLOCK_MONOTONIC\b|\bS_IF\w+|\bE?POLL[A-Z]+\b|\bFIOCLEX\b/g;

/** A module's code, without comments and texts. */
async function codeOf(path: string): Promise<string> {
  const source = await Deno.readTextFile(new URL(path, ROOT));
  return source.replaceAll(
    /\/\*[^]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g,
    (text) => /^["'`]/.test(text) ? '""' : "",
  );
}

/** The arguments of each call of a function whose name ends so. */
function callsOf(code: string, name: string): string[][] {
  const [head, tail] = /^\w+$/.test(name) ? ["\\w*", name] : ["", name.replace(".", "\\.")];
  const calls = code.matchAll(new RegExp(`\\b${head}${tail}\\(((?:[^()]|\\([^()]*\\))*)\\)`, "g"));
  return [...calls].map(([, list]) => list.split(",").map((one) => one.trim()));
}

const paths = MODULES.filter((path) => !AT_HOME.some((place) => place.test(path)));
const sources = await Promise.all(paths.map(async (path) => [path, await codeOf(path)] as const));

Deno.test("C's names of options, types, flags and events stand in ffi/ and the backends alone", () => {
  assert(paths.length > 110, `${paths.length} modules`);
  const found = sources.flatMap(([path, code]) =>
    [...code.matchAll(NAMES)].map(([name]) => `${path}: ${name}`)
  );
  assertEquals(found, []);
});

Deno.test("the numbers of options and of types of sockets stand in their tables alone", () => {
  const found = sources.flatMap(([path, code]) => {
    // A number, or a constant that is one.
    const isNumber = (text = "") =>
      /^-?\d/.test(text) ||
      /^\w+$/.test(text) && new RegExp(`\\bconst ${text}\\b[^=\n]*= -?\\d`).test(code);
    const calls = [...TAKES].flatMap(([name, place]) =>
      callsOf(code, name).filter((given) => isNumber(given[place]))
        .map((given) => `${path}: ${name}(${given.join(", ")})`)
    );
    const made = [...code.matchAll(/\bsuper\(-?\d[^)]*\)/g)];
    const compared = [...code.matchAll(/\b(option|type) (===|!==|[<>]=?) -?\d+/g)];
    const rows = [...code.matchAll(/\bnumber: \d+|\w+: \[\d+, ""/g)];
    const sets = [...code.matchAll(/new (Set|Map)\(\[\s*\[?\d+/g)];
    return [
      ...calls,
      ...[...made, ...compared, ...rows, ...sets].map(([text]) => `${path}: ${text}`),
    ];
  });
  assertEquals(found, []);
});

/** As Linux's headers have them, on x86-64 and arm64. */
const OF_LINUX = {
  ...{ POLLIN: 1, POLLOUT: 4, POLLERR: 8, POLLHUP: 16, POLLNVAL: 32, FD_SETSIZE: 1024 },
  ...{ EPOLLIN: 1, EPOLLONESHOT: 0x40000000, EPOLLET: -0x80000000 },
  ...{ EPOLL_CTL_ADD: 1, EPOLL_CTL_DEL: 2, EPOLL_CTL_MOD: 3, EPOLL_CLOEXEC: 0x80000 },
  ...{ S_IFMT: 0xf000, S_IFIFO: 0x1000, S_IFDIR: 0x4000, S_IFBLK: 0x6000, S_IFREG: 0x8000 },
  ...{ S_IFSOCK: 0xc000, F_GETFD: 1, FD_CLOEXEC: 1, F_GETFL: 3 },
  ...{ O_ACCMODE: 3, O_RDONLY: 0, O_WRONLY: 1 },
  ...{ EFD_NONBLOCK: 0x800, EFD_CLOEXEC: 0x80000, TFD_NONBLOCK: 0x800, TFD_CLOEXEC: 0x80000 },
  ...{ CLOCK_MONOTONIC: 1, FIOCLEX: 0x5451 },
};

Deno.test({
  name: "the C library's numbers are those of the system's headers",
  ignore: Deno.build.os !== "linux",
  fn: () => {
    const ours = constants as unknown as Record<string, number>;
    assertEquals(Object.keys(OF_LINUX).map((name) => [name, ours[name]]), Object.entries(OF_LINUX));
  },
});
