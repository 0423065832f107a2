/** Three ways to run a program that was written for zeromq.js. */
export const NPM_ON_NODE = "npm's zeromq on Node.js";
export const NPM_ON_DENO = "npm's zeromq on Deno";
export const DROP_IN = "the drop-in on Deno";

/** The names under which others than the library stand in the results. */
export const PEERS: ReadonlySet<string> = new Set([
  "C",
  "pyzmq",
  "pyzmq asyncio",
  "zeromq.js",
  "zeromq.js on Deno",
  NPM_ON_NODE,
  NPM_ON_DENO,
  "bare calls, an await each",
  "bare calls, a turn each",
  "bare deno run",
  "bare python3",
  "bare node",
]);
