/**
 * The modules that `mod.ts` is made of, each after those that it imports.
 *
 * Deno reads a module's file and its source map once more where what that imports isn't there yet,
 * and from a URL it can only ask for what it knows of. A list of all spares it both.
 */

import "./errors.ts";
import "./ffi/load.ts";
import "./ffi/ready.ts";
import "./ffi/libc.ts";
import "./ffi/memory.ts";
import "./ffi/libzmq.ts";
import "./library.ts";
import "./poller/backend.ts";
import "./ffi/constants.ts";
import "./poller/waiting.ts";
import "./poller/source.ts";
import "./ffi/errno.ts";
import "./poller/turn.ts";
import "./ffi/process.ts";
import "./ffi/guard.ts";
import "./poller/system.ts";
import "./poller/epoll_set.ts";
import "./poller/brief.ts";
import "./poller/wake.ts";
import "./poller/epoll.ts";
import "./poller/kqueue_set.ts";
import "./poller/kqueue.ts";
import "./poller/slots.ts";
import "./poller/poll.ts";
import "./poller/select.ts";
import "./poller/create.ts";
import "./poller/reactor.ts";
import "./poller/timers.ts";
import "./poller/poller_core.ts";
import "./poller/poller.ts";
import "./ffi/ending.ts";
import "./ffi/shared.ts";
import "./context.ts";
import "./socket/message.ts";
import "./socket/metadata.ts";
import "./socket/guarded.ts";
import "./socket/hazards.ts";
import "./ffi/ipc_folders.ts";
import "./socket/operation.ts";
import "./socket/receive.ts";
import "./socket/receiving.ts";
import "./socket/send.ts";
import "./socket/sending.ts";
import "./socket/core.ts";
import "./socket/options_table.ts";
import "./socket/z85.ts";
import "./socket/options.ts";
import "./socket/configurable.ts";
import "./socket/events.ts";
import "./ffi/monitoring.ts";
import "./socket/monitor.ts";
import "./socket/observer.ts";
import "./socket/binding.ts";
import "./socket/readiness.ts";
import "./socket/streams.ts";
import "./socket/socket.ts";
import "./socket/pipeline.ts";
import "./socket/publish_subscribe.ts";
import "./socket/request_reply.ts";
import "./socket/stream.ts";
