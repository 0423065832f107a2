/** Programs in the manner of the ZeroMQ guide, by version 5's interface: each a process, or several. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { npmZeromq } from "./npm.ts";
import { Program, withoutWaiting } from "./program.ts";

const FOLDER = new URL("zeromq/programs/guide/", import.meta.url).pathname;
const PACKAGE = new URL("../zeromq/npm", import.meta.url).pathname;

/** Starts a program by its name. */
type Start = (name: string, ...args: string[]) => Program;

/** What a program still says, once it has ended by itself, and without complaint. */
async function rest(program: Program): Promise<string[]> {
  const { code, signal, stdout, stderr } = await program.outcome();
  assertEquals([code, signal, withoutWaiting(stderr)], [0, null, ""], stdout);
  return stdout === "" ? [] : stdout.trimEnd().split("\n");
}

/** The same of several. */
async function restOf(...programs: Program[]): Promise<string[]> {
  return (await Promise.all(programs.map(rest))).flat();
}

/** Clients and workers at a queue. */
async function queue(start: Start, program: string): Promise<string[]> {
  const broker = start(program);
  const [front, back] = [await broker.line(), await broker.line()];
  const workers = [start("queue_worker", back), start("queue_worker", back)];
  for (const worker of workers) assertEquals(await worker.line(), "ready");
  const said = await restOf(start("queue_client", front), start("queue_client", front));
  for (const worker of workers) worker.kill("SIGINT");
  return [...said, ...await restOf(...workers)];
}

interface Scenario {
  run(start: Start): Promise<string[]>;
  expected: string[];
  /** Messages that are sent at once stand still with npm's zeromq on Node, in most runs: it loses a wake-up. */
  stallsOnNode?: true;
}

const SCENARIOS: Record<string, Scenario> = {
  "hello: a client and a server": {
    async run(start) {
      const server = start("hello_server");
      return restOf(start("hello_client", await server.line()), server);
    },
    expected: [
      ...Array.from({ length: 10 }, (_, i) => `reply ${i}: world`),
      "reply 10: goodbye",
      ...Array.from({ length: 10 }, () => "received: hello"),
      "received: goodbye",
    ],
    stallsOnNode: true,
  },
  "weather: a publisher, and two who want to know of a place": {
    async run(start) {
      const address = await start("weather_server").line();
      return restOf(
        start("weather_client", address, "10001"),
        start("weather_client", address, "10042"),
      );
    },
    expected: ["10001: -39 degrees, 51 %", "10042: 2 degrees, 52 %"],
  },
  "tasks: a ventilator, three workers, and a sink that tells them to stop": {
    async run(start) {
      const sink = start("tasks_sink", "3");
      const [results, control] = [await sink.line(), await sink.line()];
      const ventilator = start("tasks_ventilator", results);
      const tasks = await ventilator.line();
      const workers = [1, 2, 3].map(() => start("tasks_worker", tasks, results, control));
      const there = await sink.line();
      await ventilator.say("");
      await ventilator.hush();
      return [there, ...await restOf(ventilator, sink, ...workers)];
    },
    expected: [
      "all workers are there",
      "sent 100 tasks",
      "started: true, results: 100, total: 338350",
      ...Array.from({ length: 3 }, () => "told: stop"),
    ],
  },
  "identity: what a router sees of its peers": {
    run: (start) => rest(start("identity")),
    expected: [
      "3 frames",
      "0: id of 5 bytes",
      "1: ",
      "2: from a req without a name",
      "3 frames",
      "0: HELLO",
      "1: ",
      "2: from a req that calls itself something",
    ],
  },
  "router to req: work for whoever asks": {
    run: (start) => rest(start("router_to_req")),
    expected: ["tasks: 50, idle workers: -1"],
  },
  "router to dealer: work by name": {
    run: (start) => rest(start("router_to_dealer")),
    expected: ["A: 20, B: 10"],
  },
  "load balancing: a broker, four clients and three workers": {
    async run(start) {
      const broker = start("broker", "3", "20");
      const [front, back] = [await broker.line(), await broker.line()];
      const workers = ["w1", "w2", "w3"].map((name) => start("broker_worker", back, name));
      const clients = ["c1", "c2", "c3", "c4"].map((name) => start("broker_client", front, name));
      const replies = await restOf(...clients);
      const served = await broker.line();
      const ends = await restOf(...workers);
      await broker.hush();
      return [...replies, served, ...ends, ...await rest(broker)];
    },
    expected: [
      ...["c1", "c2", "c3", "c4"].map((name) => `${name}: 5 replies`),
      "served: 20, idle workers: 3",
      ...["w1", "w2", "w3"].map((name) => `${name} ends`),
    ],
  },
  "asynchronous requests: two clients, and a server with workers of its own": {
    async run(start) {
      const server = start("async_server");
      const address = await server.line();
      const said = await restOf(
        start("async_client", address, "anna"),
        start("async_client", address, "bert"),
      );
      server.kill("SIGTERM");
      return [...said, ...await rest(server)];
    },
    expected: [
      "anna: 20 replies, 20 different, all mine: true",
      "bert: 20 replies, 20 different, all mine: true",
      "server ends",
    ],
    stallsOnNode: true,
  },
  "a queue, by proxy": {
    run: (start) => queue(start, "queue_device"),
    expected: ["10 replies", "10 replies", "worked: true", "worked: true"],
  },
  "a queue, by hand": {
    run: (start) => queue(start, "queue_by_hand"),
    expected: ["10 replies", "10 replies", "worked: true", "worked: true"],
  },
  "synchronized publishing: no subscriber misses anything": {
    async run(start) {
      const publisher = start("sync_publisher", "3");
      const [updates, service] = [await publisher.line(), await publisher.line()];
      const subscribers = [1, 2, 3].map(() => start("sync_subscriber", updates, service));
      return restOf(publisher, ...subscribers);
    },
    expected: ["published", ...Array.from({ length: 3 }, () => "updates: 1000")],
  },
  "envelopes: a key, and what is in it": {
    async run(start) {
      const address = await start("envelope_publisher").line();
      return rest(start("envelope_subscriber", address));
    },
    expected: Array.from({ length: 3 }, () => "B: we'd like to see this"),
  },
  "a forwarder, which counts who subscribes": {
    async run(start) {
      const forwarder = start("forwarder");
      const [front, back] = [await forwarder.line(), await forwarder.line()];
      start("forwarder_publisher", back);
      const subscriber = start("envelope_subscriber", front);
      const subscribed = await forwarder.line();
      const seen = await forwarder.line();
      const said = await rest(subscriber);
      return [subscribed, seen, ...said, await forwarder.line()];
    },
    expected: ["+B", "seen B", ...Array.from({ length: 3 }, () => "B: another"), "-B"],
  },
  "last values: who comes late hears them too": {
    async run(start) {
      const cache = start("last_values");
      const [front, back] = [await cache.line(), await cache.line()];
      const publisher = start("last_values_publisher", front);
      const cached = await cache.line();
      await rest(publisher);
      const subscribers = ["rain", "sun"].map((one) => start("last_values_subscriber", back, one));
      return [cached, ...await restOf(...subscribers)];
    },
    expected: ["three topics", "rain: 1", "sun: 2"],
  },
  "interrupt: a server closes its socket, and ends": {
    async run(start) {
      const server = start("interrupt");
      await server.line();
      server.kill("SIGINT");
      return rest(server);
    },
    expected: ["interrupted", "no longer listening", "exit 0"],
  },
  "two sockets at once: tasks, and the weather": {
    async run(start) {
      const sink = start("tasks_sink", "0");
      const results = await sink.line();
      const ventilator = start("tasks_ventilator", results);
      const tasks = await ventilator.line();
      const weather = await start("weather_server").line();
      const both = start("two_sockets", tasks, weather);
      await ventilator.say("");
      await ventilator.hush();
      return restOf(ventilator, both);
    },
    expected: ["sent 100 tasks", "tasks: 100, weather: true"],
  },
  "peering: three brokers tell each other how busy they are": {
    async run(start) {
      const names = ["a", "bb", "ccc"];
      const brokers = names.map((name) => start("peering", name, "2"));
      const addresses = await Promise.all(brokers.map((broker) => broker.line()));
      for (const [i, broker] of brokers.entries()) {
        for (const [j, address] of addresses.entries()) if (i !== j) await broker.say(address);
      }
      const said = await Promise.all(brokers.map((broker) => broker.line()));
      for (const broker of brokers) await broker.hush();
      return [...said, ...await restOf(...brokers)];
    },
    expected: ["bb has 2, ccc has 3", "a has 1, ccc has 3", "a has 1, bb has 2"],
  },
  "the version": {
    run: (start) => rest(start("version")),
    expected: ["true"],
  },
};

/** The programs that were started. */
const started = new Set<string>();

/** Runs a scenario; whatever it has started is gone afterwards. */
async function outcomeOf({ run }: Scenario, command: (file: string) => [string, string[]]) {
  await using programs = new AsyncDisposableStack();
  return await run((name, ...args) => {
    started.add(`${name}.cjs`);
    const [program, before] = command(`${name}.cjs`);
    return programs.use(new Program(program, [...before, ...args]));
  });
}

/** Copies the programs to where they find a package. */
async function copyTo(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(FOLDER)) {
    await Deno.copyFile(FOLDER + name, `${folder}/${name}`);
  }
}

const folder = await Deno.makeTempDir({ prefix: "zmq-guide-" });
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await Deno.mkdir(`${folder}/node_modules`);
await Deno.symlink(PACKAGE, `${folder}/node_modules/zeromq`);
await Deno.writeTextFile(`${folder}/deno.json`, `{ "nodeModulesDir": "manual" }`);
await copyTo(folder);

const node = await npmZeromq();
if (node.missing === undefined) await copyTo(node.folder);

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(`guide: ${name}, on Deno with the drop-in`, async () => {
    const lines = await outcomeOf(
      scenario,
      (file) => [Deno.execPath(), ["run", "-A", "--no-lock", "--no-check", `${folder}/${file}`]],
    );
    assertEquals(lines, scenario.expected);
  });

  if (scenario.stallsOnNode) continue;
  Deno.test({
    name: `guide: ${name}, on Node with npm's zeromq` +
      (node.missing === undefined ? "" : ` (${node.missing})`),
    ignore: node.missing !== undefined,
    fn: async () => {
      const lines = await outcomeOf(
        scenario,
        (file) => ["node", [...node.flags, `${node.folder}/${file}`]],
      );
      assertEquals(lines, scenario.expected);
    },
  });
}

Deno.test("guide: every program in the folder is run", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) files.push(name);
  assertEquals(files.sort(), [...started].sort());
});
