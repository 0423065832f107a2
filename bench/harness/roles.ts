/** What a peer is told, and two of them run against each other. */

import { type Command, Peer, PeerError } from "./process.ts";

/** A peer's task. Every peer, in whatever language, takes these in one order. */
export interface Job {
  /** receive, send, echo, ping, …: what the peer does. */
  role: string;
  /** Where to bind; the peer that connects is told where that was. */
  address?: string;
  /** Of a part, in bytes. */
  size: number;
  parts?: number;
  hwm?: number;
  /** The clock is read once in so many messages. */
  chunk?: number;
  /** Seconds not counted, and seconds counted. */
  warm: number;
  seconds: number;
  /** The role's own: by which methods. */
  mode?: string;
  /** The role's own: how many peers, descriptors, messages a second. */
  many?: number;
}

/** Starts one of the peer's programs with a job. */
export type Launch = (job: Job) => Command;

/** What a peer measured: figures by name. */
export type Result = Record<string, number>;

/** A job's arguments. */
export function argumentsOf(job: Job): string[] {
  const { role, address = "-", size, parts = 1, hwm = highWaterMark(size * parts) } = job;
  const { chunk = chunkOf(size * parts), warm, seconds, mode = "-", many = 0 } = job;
  return [role, address, size, parts, hwm, chunk, warm, seconds, mode, many].map(String);
}

/** libzmq's own default, but no more than 64 MB in one queue. */
function highWaterMark(size: number): number {
  return Math.max(8, Math.min(1000, Math.floor(64e6 / size)));
}

/** Some 200 µs of messages, so that reading the clock costs nothing. */
function chunkOf(size: number): number {
  return Math.max(1, Math.min(1000, Math.floor(1e6 / size)));
}

/** One peer's part in an exchange. */
export interface Side {
  launch: Launch;
  job: Job;
}

/** Nothing that works takes as long beyond its measured time, in ms. */
const PATIENCE = 10_000;

/** Runs a peer that needs no other. */
export async function alone({ launch, job }: Side): Promise<Result> {
  await using peer = new Peer(launch(job));
  return await resultOf(peer, job);
}

/** Runs a peer that binds and one that connects to it, until one of both has a result. */
export async function exchange(
  bound: Side,
  connected: Side,
  measures: "bound" | "connected",
): Promise<Result> {
  await using first = new Peer(bound.launch(bound.job));
  const address = await first.line("endpoint", PATIENCE);
  await using second = new Peer(connected.launch({ ...connected.job, address }));
  const [peer, job, other] = measures === "bound"
    ? [first, bound.job, second]
    : [second, connected.job, first];
  const ended = other.ended();
  ended.catch(() => {}); // it is ended after the result
  return await Promise.race([resultOf(peer, job), ended]);
}

/** Runs a peer that binds twice, one that sends by its first address, and one that receives by its second, which measures. */
export async function through(middle: Side, sender: Side, receiver: Side): Promise<Result> {
  await using peer = new Peer(middle.launch(middle.job));
  const front = await peer.line("endpoint", PATIENCE);
  const back = await peer.line("endpoint", PATIENCE);
  await using last = new Peer(receiver.launch({ ...receiver.job, address: back }));
  await using first = new Peer(sender.launch({ ...sender.job, address: front }));
  const ended = [first, peer].map((one) => one.ended());
  for (const one of ended) one.catch(() => {}); // they are ended after the result
  return await Promise.race([resultOf(last, receiver.job), ...ended]);
}

async function resultOf(peer: Peer, { warm, seconds }: Job): Promise<Result> {
  const line = await peer.line("result", PATIENCE + (warm + seconds) * 1000);
  const result = JSON.parse(line) as Result;
  for (const [name, value] of Object.entries(result)) {
    if (!Number.isFinite(value)) throw new PeerError(`its ${name} is ${value}`);
  }
  return result;
}
