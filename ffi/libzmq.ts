/** libzmq's functions, in tables by when and how often a program calls them; and the capabilities of its build. */

import { libc } from "./libc.ts";
import { loadLibrary, onFirstUse } from "./load.ts";
import { toCString } from "./memory.ts";

/** The functions that a message calls. */
const HOT = {
  // int zmq_getsockopt(void *socket, int option, void *optval, size_t *optvallen)
  zmq_getsockopt: { parameters: ["pointer", "i32", "pointer", "pointer"], result: "i32" },
  // int zmq_send(void *socket, const void *buf, size_t len, int flags): from a caller's buffer,
  // and from a pinned one
  zmq_send: { parameters: ["pointer", "buffer", "usize", "i32"], result: "i32" },
  zmq_send_pinned: {
    name: "zmq_send",
    parameters: ["pointer", "pointer", "usize", "i32"],
    result: "i32",
  },
  // int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags)
  zmq_msg_recv: { parameters: ["pointer", "pointer", "i32"], result: "i32" },
  // int zmq_msg_init(zmq_msg_t *msg)
  zmq_msg_init: { parameters: ["pointer"], result: "i32" },
  // int zmq_msg_close(zmq_msg_t *msg)
  zmq_msg_close: { parameters: ["pointer"], result: "i32" },
  // void *zmq_msg_data(zmq_msg_t *msg)
  zmq_msg_data: { parameters: ["pointer"], result: "pointer" },
} as const;

const RARE = {
  // void *zmq_ctx_new(void)
  zmq_ctx_new: { parameters: [], result: "pointer" },
  // int zmq_ctx_set(void *context, int option, int optval)
  zmq_ctx_set: { parameters: ["pointer", "i32", "i32"], result: "i32" },
  // int zmq_ctx_get(void *context, int option)
  zmq_ctx_get: { parameters: ["pointer", "i32"], result: "i32" },
  // int zmq_ctx_shutdown(void *context)
  zmq_ctx_shutdown: { parameters: ["pointer"], result: "i32" },
  // int zmq_ctx_term(void *context): blocks until every message has gone or its linger is over
  zmq_ctx_term: { parameters: ["pointer"], result: "i32" },
  // void *zmq_socket(void *context, int type)
  zmq_socket: { parameters: ["pointer", "i32"], result: "pointer" },
  // int zmq_close(void *socket)
  zmq_close: { parameters: ["pointer"], result: "i32" },
  // int zmq_setsockopt(void *socket, int option, const void *optval, size_t optvallen)
  zmq_setsockopt: { parameters: ["pointer", "i32", "buffer", "usize"], result: "i32" },
  // int zmq_bind(void *socket, const char *address)
  zmq_bind: { parameters: ["pointer", "buffer"], result: "i32" },
  // int zmq_unbind(void *socket, const char *address)
  zmq_unbind: { parameters: ["pointer", "buffer"], result: "i32" },
  // int zmq_connect(void *socket, const char *address)
  zmq_connect: { parameters: ["pointer", "buffer"], result: "i32" },
  // int zmq_disconnect(void *socket, const char *address)
  zmq_disconnect: { parameters: ["pointer", "buffer"], result: "i32" },
  // int zmq_socket_monitor(void *socket, const char *endpoint, int events): null ends it
  zmq_socket_monitor: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  // int zmq_socket_monitor_versioned(void *socket, const char *endpoint, uint64_t events,
  //                                  int event_version, int type): of builds with the draft API
  zmq_socket_monitor_versioned: {
    parameters: ["pointer", "buffer", "u64", "i32", "i32"],
    result: "i32",
    optional: true,
  },
  // int zmq_socket_monitor_pipes_stats(void *socket): of builds with the draft API
  zmq_socket_monitor_pipes_stats: { parameters: ["pointer"], result: "i32", optional: true },
  // int zmq_msg_init_size(zmq_msg_t *msg, size_t size)
  zmq_msg_init_size: { parameters: ["pointer", "usize"], result: "i32" },
  // int zmq_msg_more(const zmq_msg_t *msg)
  zmq_msg_more: { parameters: ["pointer"], result: "i32" },
  // void srand(unsigned int seed)
  srand: { parameters: ["u32"], result: "void" },
} as const;

/** The functions that report on the library and its messages. */
export const zmqInfo = onFirstUse(() =>
  loadLibrary().openRare({
    // int zmq_has(const char *capability)
    zmq_has: { parameters: ["buffer"], result: "i32" },
    // const char *zmq_msg_gets(const zmq_msg_t *msg, const char *property)
    zmq_msg_gets: { parameters: ["pointer", "buffer"], result: "pointer" },
    // size_t zmq_msg_size(const zmq_msg_t *msg)
    zmq_msg_size: { parameters: ["pointer"], result: "usize" },
  })
);

type Zmq = Deno.StaticForeignLibraryInterface<typeof HOT & typeof RARE>;

let common: Zmq | undefined;

/** Returns the functions that nearly every program calls. */
export function zmq(): Zmq {
  return common ??= bindCommon();
}

function bindCommon(): Zmq {
  libc(); // has errno, which binding it after a failure would overwrite
  return { ...loadLibrary().openRare(RARE), ...loadLibrary().open(HOT) };
}

const known = new Map<string, boolean>();

/** Returns whether the build has a capability, asked once for each name, as `zmq_has` spells it: `"curve"`, but `"WS"`. */
export function has(name: string): boolean {
  let answer = known.get(name);
  if (answer === undefined) {
    answer = zmqInfo().zmq_has(toCString(name, "A capability")) === 1;
    known.set(name, answer);
  }
  return answer;
}
