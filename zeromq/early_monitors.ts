/**
 * Monitors that begin with a connect, for programs that ask for the socket's events later in the same turn.
 *
 * Fact: libzmq's thread connects within some 30 microseconds, and reports nothing to a monitor that begins afterwards.
 * Failure: of programs that connect and then listen, as many of zeromq.js's do, most missed the connection. Decision:
 * a connect begins a monitor, which is dropped after the turn if no one has asked for the events by then. Cost: some
 * 100 microseconds for each socket that connects, and two more of the context's places for sockets until the turn is
 * over; a program is never refused a socket because of them.
 *
 * Connecting only at the end of the turn would cost nothing, but a program that is busy in that turn, or waits in it for
 * another process, would be connected too late, and any other use of the socket had to connect it before.
 */

import { Alarm } from "../poller/alarm.ts";
import type { Handle } from "../socket/handle.ts";
import { Monitor } from "../socket/monitor.ts";
import { EMFILE } from "./errors.ts";

/** How many there may be. With the sockets themselves, that's three quarters of a context's usual places. */
const MOST = 256;
/** How long, in ms, libzmq's threads may take to give places back, on a busy machine as well. */
const SETTLING = 1000;

const early = new Map<Handle, Monitor>();
/** Rings in a task of its own, and so after the turn. It keeps nothing alive, and loads no timers. */
const afterTurn = new Alarm(dropAll);
let dropped = -Infinity;

/** Begins to monitor a socket that is about to connect, unless it is monitored already. */
export function monitorEarly(handle: Handle): void {
  if (handle.monitor !== undefined || early.size >= MOST) return;
  try {
    early.set(handle, new Monitor(handle));
  } catch {
    return; // there's no place left, or the context is shut down
  }
  afterTurn.setEarlier(performance.now());
}

/** Takes over the monitor of a socket whose events are asked for, if there is one. */
export function takeEarly(handle: Handle): Monitor | undefined {
  const monitor = early.get(handle);
  early.delete(handle);
  return monitor;
}

/** Ends a socket's early monitor. */
export function dropEarly(handle: Handle): void {
  const monitor = takeEarly(handle);
  if (monitor === undefined) return;
  monitor.close(undefined);
  handle.monitor = undefined;
  dropped = performance.now();
}

function dropAll(): void {
  // One that another thread has is left alone, and goes with its socket.
  for (const handle of early.keys()) if (!handle.lent) dropEarly(handle);
}

/** Opens a socket, or a monitor, for which early monitors make room where they take up the last places. */
export function openWithRoom<Opened>(open: () => Opened): Opened {
  for (;;) {
    try {
      return open();
    } catch (error) {
      if ((error as { errno?: unknown }).errno !== EMFILE) throw error;
      dropAll();
      // libzmq's thread gives the places back.
      if (performance.now() - dropped > SETTLING) throw error;
      Atomics.wait(cell, 0, 0, 1);
    }
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4));
