/** The names under which others than the library stand in the results. */
export const PEERS: ReadonlySet<string> = new Set([
  "C",
  "pyzmq",
  "pyzmq asyncio",
  "zeromq.js",
  "zeromq.js on Deno",
  "bare deno run",
  "bare python3",
  "bare node",
]);
