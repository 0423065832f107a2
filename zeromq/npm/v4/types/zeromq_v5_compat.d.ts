// Written by tests/write_npm.ts.
// deno-lint-ignore-file
import { version } from "./zeromq/library.d.ts";
import * as constants from "./zeromq/v5_constants.d.ts";
import { Context } from "./zeromq/v5_context.d.ts";
import { curveKeypair } from "./zeromq/v5_keys.d.ts";
import { options } from "./zeromq/v5_options.d.ts";
import { proxy } from "./zeromq/v5_proxy.d.ts";
import { createSocket, Socket } from "./zeromq/v5_socket.d.ts";
export { version } from "./zeromq/library.d.ts";
export { Context } from "./zeromq/v5_context.d.ts";
export { curveKeypair } from "./zeromq/v5_keys.d.ts";
export { options } from "./zeromq/v5_options.d.ts";
export { proxy } from "./zeromq/v5_proxy.d.ts";
export { createSocket, createSocket as socket, Socket } from "./zeromq/v5_socket.d.ts";
export {
  STATE_BUSY,
  STATE_CLOSED,
  STATE_READY,
  ZMQ_AFFINITY,
  ZMQ_BACKLOG,
  ZMQ_CAN_DISCONNECT,
  ZMQ_CAN_MONITOR,
  ZMQ_CAN_SET_CTX,
  ZMQ_CAN_UNBIND,
  ZMQ_CONNECT_TIMEOUT,
  ZMQ_CURVE_PUBLICKEY,
  ZMQ_CURVE_SECRETKEY,
  ZMQ_CURVE_SERVER,
  ZMQ_CURVE_SERVERKEY,
  ZMQ_DEALER,
  ZMQ_DELAY_ATTACH_ON_CONNECT,
  ZMQ_EVENTS,
  ZMQ_FD,
  ZMQ_HEARTBEAT_IVL,
  ZMQ_HEARTBEAT_TIMEOUT,
  ZMQ_HEARTBEAT_TTL,
  ZMQ_IDENTITY,
  ZMQ_IO_THREADS,
  ZMQ_IPV4ONLY,
  ZMQ_IPV6,
  ZMQ_LAST_ENDPOINT,
  ZMQ_LINGER,
  ZMQ_MAX_SOCKETS,
  ZMQ_MAXMSGSIZE,
  ZMQ_MECHANISM,
  ZMQ_MULTICAST_HOPS,
  ZMQ_PAIR,
  ZMQ_PLAIN_PASSWORD,
  ZMQ_PLAIN_SERVER,
  ZMQ_PLAIN_USERNAME,
  ZMQ_POLLERR,
  ZMQ_POLLIN,
  ZMQ_POLLOUT,
  ZMQ_PUB,
  ZMQ_PULL,
  ZMQ_PUSH,
  ZMQ_RATE,
  ZMQ_RCVBUF,
  ZMQ_RCVHWM,
  ZMQ_RCVMORE,
  ZMQ_RCVTIMEO,
  ZMQ_RECONNECT_IVL,
  ZMQ_RECONNECT_IVL_MAX,
  ZMQ_RECOVERY_IVL,
  ZMQ_RECOVERY_IVL_MSEC,
  ZMQ_REP,
  ZMQ_REQ,
  ZMQ_ROUTER,
  ZMQ_ROUTER_HANDOVER,
  ZMQ_ROUTER_MANDATORY,
  ZMQ_ROUTER_RAW,
  ZMQ_SNDBUF,
  ZMQ_SNDHWM,
  ZMQ_SNDMORE,
  ZMQ_SNDTIMEO,
  ZMQ_STREAM,
  ZMQ_SUB,
  ZMQ_SUBSCRIBE,
  ZMQ_TCP_ACCEPT_FILTER,
  ZMQ_TCP_KEEPALIVE,
  ZMQ_TCP_KEEPALIVE_CNT,
  ZMQ_TCP_KEEPALIVE_IDLE,
  ZMQ_TCP_KEEPALIVE_INTVL,
  ZMQ_TYPE,
  ZMQ_UNSUBSCRIBE,
  ZMQ_XPUB,
  ZMQ_XPUB_VERBOSE,
  ZMQ_XREP,
  ZMQ_XREQ,
  ZMQ_XSUB,
  ZMQ_ZAP_DOMAIN,
} from "./zeromq/v5_constants.d.ts";
export type { SocketType } from "./zeromq/v5_socket.d.ts";
export type { MessageLike } from "./zeromq/socket_types.d.ts";
export type { ShortOptions } from "./zeromq/v5_options.d.ts";
export type { Callback } from "./zeromq/v5_sending.d.ts";
export type { SocketClass } from "./zeromq/v5_socket.d.ts";
/** All names of this module, as `require()` returns them on Node.js. */
declare const zmq: typeof constants & {
  version: typeof version;
  Context: typeof Context;
  Socket: typeof Socket;
  createSocket: typeof createSocket;
  socket: typeof createSocket;
  options: typeof options;
  curveKeypair: typeof curveKeypair;
  proxy: typeof proxy;
};
export default zmq;
