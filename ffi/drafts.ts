/** libzmq's functions for draft sockets. Builds without the draft API lack them. */

import { loadLibrary, onFirstUse } from "./load.ts";

/**
 * The functions of all draft sockets. A zmq_poller is declared as a number, since zmq_poller_destroy needs a pointer to the
 * pointer.
 */
export const zmqDrafts = onFirstUse(() =>
  loadLibrary().open({
    // void *zmq_poller_new(void)
    zmq_poller_new: { parameters: [], result: "usize" },
    // int zmq_poller_destroy(void **poller)
    zmq_poller_destroy: { parameters: ["pointer"], result: "i32" },
    // int zmq_poller_add(void *poller, void *socket, void *user_data, short events)
    zmq_poller_add: { parameters: ["usize", "pointer", "pointer", "i16"], result: "i32" },
    // int zmq_poller_remove(void *poller, void *socket)
    zmq_poller_remove: { parameters: ["usize", "pointer"], result: "i32" },
    // int zmq_poller_fd(void *poller, zmq_fd_t *fd)
    zmq_poller_fd: { parameters: ["usize", "buffer"], result: "i32" },
    // int zmq_poller_wait(void *poller, zmq_poller_event_t *event, long timeout)
    zmq_poller_wait: { parameters: ["usize", "pointer", "isize"], result: "i32" },
    // int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags)
    zmq_msg_send: { parameters: ["pointer", "pointer", "i32"], result: "i32" },
    // int zmq_msg_init_size(zmq_msg_t *msg, size_t size)
    zmq_msg_init_size: { parameters: ["pointer", "usize"], result: "i32" },
    // void *memcpy(void *dest, const void *src, size_t n): into a message
    copy_to: { name: "memcpy", parameters: ["pointer", "buffer", "usize"], result: "pointer" },
    // int zmq_msg_set_routing_id(zmq_msg_t *msg, uint32_t routing_id)
    zmq_msg_set_routing_id: { parameters: ["pointer", "u32"], result: "i32" },
    // uint32_t zmq_msg_routing_id(zmq_msg_t *msg)
    zmq_msg_routing_id: { parameters: ["pointer"], result: "u32" },
    // int zmq_msg_set_group(zmq_msg_t *msg, const char *group)
    zmq_msg_set_group: { parameters: ["pointer", "buffer"], result: "i32" },
    // const char *zmq_msg_group(zmq_msg_t *msg)
    zmq_msg_group: { parameters: ["pointer"], result: "pointer" },
    // int zmq_join(void *socket, const char *group)
    zmq_join: { parameters: ["pointer", "buffer"], result: "i32" },
    // int zmq_leave(void *socket, const char *group)
    zmq_leave: { parameters: ["pointer", "buffer"], result: "i32" },
  })
);

/** The functions of a PEER. */
export const zmqPeers = onFirstUse(() =>
  loadLibrary().openRare({
    // uint32_t zmq_connect_peer(void *socket, const char *addr): since 4.3.3
    zmq_connect_peer: { parameters: ["pointer", "buffer"], result: "u32" },
  })
);

/** The size of a `zmq_poller_event_t`. */
export const POLLER_EVENT_SIZE = 32;
