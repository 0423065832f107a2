/**
 * What a worker that is terminated leaves behind is given back when its thread ends.
 *
 * No JavaScript runs any more then, but the thread's own end calls the destructors of its thread-specific values:
 * C functions with one argument, such as `zmq_close` with a socket. They're called in the order of their keys, and
 * `zmq_ctx_term` waits for the context's sockets, so its keys have to come after theirs.
 *
 * Keys belong to the process, which has 1,024 at most, and each thread has values of its own for all of them: so all
 * isolates use the same ones.
 */

import { bindBeside } from "./libc.ts";
import { loadLibrary } from "./load.ts";
import { addressOf, inWorker, locked, readText, writeText } from "./process.ts";

const table = () => ({
  // int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
  pthread_key_create: { parameters: ["buffer", "pointer"], result: "i32" },
  // int pthread_key_delete(pthread_key_t key)
  pthread_key_delete: { parameters: ["u32"], result: "i32" },
  // int pthread_setspecific(pthread_key_t key, const void *value)
  pthread_setspecific: { parameters: ["u32", "pointer"], result: "i32" },
  set_number: { name: "pthread_setspecific", parameters: ["u32", "usize"], result: "i32" },
} as const);

/**
 * The destructors in their order, and how many keys of each are made at a time. The first two are for sockets that
 * another thread uses: it leaves them when their context is shut down, a moment later.
 */
const DESTRUCTORS = {
  zmq_ctx_shutdown: 2,
  usleep: 2,
  zmq_poller_destroy: 4,
  zmq_close: 32,
  close: 16,
  zmq_ctx_term: 4,
} as const;
/** What is called at the thread's end. */
export type Destructor = keyof typeof DESTRUCTORS;
const NAMES = Object.keys(DESTRUCTORS) as Destructor[];
/** As many descriptors are given back; more would use up the process's keys. */
const MOST_DESCRIPTORS = 64;

/** What can be given back: an address, or the number of a descriptor. */
type Value = Deno.PointerObject | number;

let guards: ReturnType<typeof makeGuards> | undefined;
let decided = false;

/** Has a function called with a value when this thread ends. Does nothing outside of workers. */
export function guard(destructor: Destructor, value: Value): void {
  if (!decided) decide();
  guards?.add(destructor, value);
}

/** Takes that back: before the value is given up in the ordinary way. */
export function unguard(destructor: Destructor, value: Value): void {
  guards?.remove(destructor, value);
}

/** Whether what this thread leaves behind is given back. */
export function isGuarded(): boolean {
  if (!decided) decide();
  return guards !== undefined;
}

function decide(): void {
  decided = true;
  if (Deno.build.os === "linux" && inWorker()) guards = makeGuards();
}

/** In a function, so that a main isolate, which starts with little room to spare, doesn't get as far as the class. */
function makeGuards() {
  return new class {
    readonly #functions = bindBeside(table());
    readonly #handle = handleOfLibrary();
    readonly #name = `keys.${this.#handle.toString(16)}`;
    /** Of each destructor, the keys that the process has; and those that this thread doesn't use, in order. */
    readonly #known = new Map<Destructor, Set<number>>(NAMES.map((name) => [name, new Set()]));
    readonly #free = new Map<Destructor, number[]>(NAMES.map((name) => [name, []]));
    /** The keys in use, and how often each value is guarded. */
    readonly #used = new Map<Destructor, Map<Value, { key: number; times: number }>>(
      NAMES.map((name) => [name, new Map()]),
    );

    add(destructor: Destructor, value: Value): void {
      const used = this.#used.get(destructor)!;
      const known = used.get(value);
      if (known !== undefined) {
        known.times++;
        return;
      }
      if (destructor === "close" && used.size >= MOST_DESCRIPTORS) return;
      const key = this.#take(destructor);
      if (key === undefined) return; // none is left in the process: this one stays behind
      used.set(value, { key, times: 1 });
      this.#set(key, value);
      if (destructor !== "zmq_close") return;
      for (const [context, before] of this.#used.get("zmq_ctx_term")!) {
        if (before.key > key) continue;
        this.remove("zmq_ctx_term", context);
        this.add("zmq_ctx_term", context);
      }
    }

    remove(destructor: Destructor, value: Value): void {
      const used = this.#used.get(destructor)!;
      const known = used.get(value);
      if (known === undefined || --known.times > 0) return;
      used.delete(value);
      this.#functions.pthread_setspecific(known.key, null);
      this.#giveBack(destructor, known.key);
    }

    #set(key: number, value: Value): void {
      if (typeof value === "number") this.#functions.set_number(key, BigInt(value));
      else this.#functions.pthread_setspecific(key, value);
    }

    #take(destructor: Destructor): number | undefined {
      const free = this.#free.get(destructor)!;
      if (destructor !== "zmq_ctx_term") {
        if (free.length === 0) this.#grow(destructor);
        return free.shift();
      }
      // Behind every socket that there is.
      let sockets = -1;
      for (const { key } of this.#used.get("zmq_close")!.values()) sockets = Math.max(sockets, key);
      if (!(free.at(-1)! > sockets)) this.#grow(destructor);
      return free.at(-1)! > sockets ? free.pop() : undefined;
    }

    #giveBack(destructor: Destructor, key: number): void {
      const free = this.#free.get(destructor)!;
      const at = free.findIndex((other) => other > key);
      free.splice(at === -1 ? free.length : at, 0, key);
    }

    /** Learns of keys that other isolates have made, or makes more. */
    #grow(destructor: Destructor): void {
      locked(() => {
        if (this.#learn(readText(this.#name)).has(destructor)) return;
        const wanted = this.#known.get("zmq_close")!.size === 0 ? NAMES : [destructor];
        const made = wanted.map((name) => this.#make(name));
        const text = [readText(this.#name), ...made].filter((part) => part !== "").join(";");
        writeText(this.#name, text);
        this.#learn(text);
      });
    }

    /** Gives the destructors of which there were new keys. */
    #learn(text: string): Set<Destructor> {
      const grown = new Set<Destructor>();
      for (const [, name, list] of text.matchAll(/(\w+)((?: \d+)+)/g)) {
        const destructor = name as Destructor;
        const known = this.#known.get(destructor);
        for (const key of list.trim().split(" ").map(Number)) {
          if (known === undefined || known.has(key)) continue;
          known.add(key);
          this.#giveBack(destructor, key);
          grown.add(destructor);
        }
      }
      return grown;
    }

    #make(destructor: Destructor): string {
      const address = addressOf(this.#handle, destructor);
      if (address === null) return ""; // libzmq alone has it, or a build of it
      const { pthread_key_create, pthread_key_delete } = this.#functions;
      const least = destructor === "zmq_ctx_term"
        ? Math.max(-1, ...this.#known.get("zmq_close")!)
        : -1;
      const keys: number[] = [];
      const tooLow: number[] = [];
      const key = new Uint32Array(1);
      while (keys.length < DESTRUCTORS[destructor] && pthread_key_create(key, address) === 0) {
        (key[0] > least ? keys : tooLow).push(key[0]);
      }
      for (const key of tooLow) pthread_key_delete(key);
      if (keys.length === 0) return "";
      // At once, since what is made next has to come behind these.
      const text = `${destructor} ${keys.join(" ")}`;
      this.#learn(text);
      return text;
    }
  }();
}

/** libzmq's, or where the Poller is used without it, everybody's. */
function handleOfLibrary(): bigint {
  try {
    return loadLibrary().handle;
  } catch {
    return 0n;
  }
}
