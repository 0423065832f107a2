/** libzmq's functions for proxies: those that pass on native messages, and libzmq's own loop. */

import { loadLibrary, onFirstUse } from "./load.ts";

/** The functions that pass on a native message. */
export const zmqMoving = onFirstUse(() =>
  loadLibrary().open({
    // int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags)
    zmq_msg_send: { parameters: ["pointer", "pointer", "i32"], result: "i32" },
    // int zmq_msg_copy(zmq_msg_t *dest, const zmq_msg_t *src)
    zmq_msg_copy: { parameters: ["pointer", "pointer"], result: "i32" },
  })
);

/** The function of libzmq's own loop. */
export const zmqSteerable = onFirstUse(() =>
  loadLibrary().openRare({
    // int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control): on a pool thread
    zmq_proxy_steerable: {
      parameters: ["pointer", "pointer", "pointer", "pointer"],
      result: "i32",
      nonblocking: true,
    },
  })
);
