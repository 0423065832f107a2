/** The targets, as ratios against a peer in the same run. */

import type { Target } from "./harness/targets.ts";

const SYNC_VISIT = "visit(fn, { timeout })";

/** inproc on one thread, 16 B: CPU time against C's. */
const INPROC: Target[] = [
  {
    name: "inproc 16 B, send",
    key: "inproc/send/16/1",
    series: "trySend",
    atMost: 1.1,
  },
  {
    name: "inproc 16 B, receive borrowed",
    key: "inproc/receive/16/1",
    series: "visit",
    atMost: 1.2,
  },
  {
    name: "inproc 16 B, receive owned",
    key: "inproc/receive/16/1",
    series: "drain",
    atMost: 2.2,
  },
  {
    name: "inproc 16 B, for await",
    key: "inproc/receive/16/1",
    series: "for await",
    atMost: 3.5,
  },
];

/** tcp, 16 B: each way to receive, against C, pyzmq's blocking loop and zeromq.js. */
const SMALL: Target[] = [[SYNC_VISIT, 0.85], ["visit", 0.7], ["drain", 0.55], ["for await", 0.65]]
  .flatMap(([series, atLeast]) => {
    const target = { key: "receive/tcp/16/1", series: series as string };
    const name = `tcp 16 B, ${series}`;
    return [
      { ...target, name, atLeast: atLeast as number },
      { ...target, name: `${name}, against pyzmq`, against: "pyzmq", atLeast: 1 },
      { ...target, name: `${name}, against zeromq.js`, against: "zeromq.js", atLeast: 8 },
    ];
  });

const LARGER: Target[] = [[1024, "1 KB"], [65536, "64 KB"], [1 << 20, "1 MB"]]
  .flatMap(([size, title]) => [
    {
      name: `tcp ${title}, receive owned`,
      key: `receive/tcp/${size}/1`,
      series: "drain",
      atLeast: 0.95,
    },
    {
      name: `tcp ${title}, for await`,
      key: `receive/tcp/${size}/1`,
      series: "for await",
      atLeast: 0.9,
    },
    {
      name: `tcp ${title}, send`,
      key: `send/tcp/${size}/1`,
      series: "await send",
      atLeast: 0.95,
    },
  ]);

/** The drop-in on Deno, against zeromq.js on Node. */
const DROP_IN: Target[] = [
  ["16 B", "receive/tcp/16/1", "for await", 3],
  ["1 KB", "receive/tcp/1024/1", "for await", 1.5],
  ["16 B", "send/tcp/16/1", "await send", 2],
].map(([size, key, series, atLeast]) => ({
  name: `drop-in, tcp ${size}, ${series}, against zeromq.js`,
  key: `drop-in/${key}`,
  series: series as string,
  atLeast: atLeast as number,
}));

const ROUND_TRIP: Target[] = [["sync", 1.1], ["async", 1.1]]
  .flatMap(([series, atMost]) => {
    const target = { key: "roundtrip/client/tcp/median", series: series as string };
    const name = `round trip, ${series}`;
    return [
      { ...target, name, atMost: atMost as number },
      { ...target, name: `${name}, against zeromq.js`, against: "zeromq.js", atMost: 0.7 },
    ];
  });

const PROXY: Target[] = [[16, "16 B", 1.3], [1024, "1 KB", 1], [65536, "64 KB", 1]]
  .map(([size, title, atLeast]) => ({
    name: `proxy, tcp ${title}`,
    key: `proxy/tcp/${size}/1`,
    series: "Proxy",
    atLeast: atLeast as number,
  }));

const COST: Target[] = [
  { name: "wake at 5,000 idle against 10", key: "wake/epoll", series: "5,000", atMost: 1.2 },
  // V8's own background work is that much.
  {
    name: "CPU time when idle, %",
    key: "load/0",
    series: "for await",
    against: "absolute",
    atMost: 0.1,
  },
  {
    name: "CPU time at 1,000 msg/s, against pyzmq",
    key: "load/1000",
    series: "for await",
    atMost: 1.2,
  },
  {
    name: "first message over bare deno run, ms",
    key: "start/push-pull/over",
    series: "ours",
    against: "absolute",
    atMost: 23,
  },
  {
    name: "first message over bare deno run, by ./dev build, ms",
    key: "start/push-pull/over",
    series: "ours, built",
    against: "absolute",
    atMost: 23,
  },
  {
    name: "first message, against pyzmq",
    key: "start/push-pull",
    series: "ours",
    against: "pyzmq",
    atMost: 1,
  },
  {
    name: "first message, against zeromq.js",
    key: "start/push-pull",
    series: "ours",
    against: "zeromq.js",
    atMost: 1,
  },
  {
    name: "growth over 20 million messages, MB",
    key: "memory/flood",
    series: "for await",
    against: "absolute",
    atMost: 30,
  },
];

export const TARGETS: readonly Target[] = [
  ...INPROC,
  ...SMALL,
  { name: "tcp 16 B, send", key: "send/tcp/16/1", series: "await send", atLeast: 0.7 },
  ...LARGER,
  ...DROP_IN,
  ...ROUND_TRIP,
  ...PROXY,
  ...COST,
];
