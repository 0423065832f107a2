/** The backend over kqueue(2), which macOS and the BSDs have. The cost of a wait doesn't grow with the set. */

import { EV_EOF, EVFILT_READ, EVFILT_USER, POLLHUP, POLLOUT } from "../ffi/constants.ts";
import { codeOf, errorOf } from "../ffi/errno.ts";
import { type Backend, EDGE, HANGUP, READABLE, type Report, WRITABLE } from "./backend.ts";
import { DescriptorSet } from "./descriptor_set.ts";
import { ALWAYS_REPORTED, type FileType, fileType, pollNow, REQUESTABLE } from "./fd.ts";
import {
  additions,
  deletions,
  endOfWriting,
  type Kevent,
  KqueueSet,
  once,
  readinessOf,
} from "./kqueue_set.ts";

/** One watched descriptor, or one nested set. */
interface Entry<Token> {
  readonly fd: number;
  readonly token: Token;
  /** Comes back with each event. */
  readonly generation: number;
  readonly nested: KqueueBackend<unknown> | undefined;
  type: FileType;
  interest: number;
  /** What it's always ready for, whatever the kernel reports: a file, or a pipe whose other end has gone. */
  always: number;
  /** What the last wait found, until it's collected. */
  found: number;
  /** It was removed. */
  removed: boolean;
}

/** A set of descriptors in a kqueue of its own. */
export class KqueueBackend<Token> extends DescriptorSet<Token, Entry<Token>> {
  readonly #set = new KqueueSet();

  #generation = 0;
  /** The entries that are always ready. While there are any, a signal ends each wait. */
  readonly #always = new Set<Entry<Token>>();

  readonly #nested = new Map<number, Entry<Token>>();
  /** The set to which this one is attached. */
  #parent: KqueueBackend<unknown> | undefined;

  /** The entries that the last wait found ready, each once, and how many of them were collected. */
  #ready: Entry<Token>[] = [];
  #next = 0;

  constructor() {
    super("kqueue", "kevent");
  }

  add(fd: number, interest: number, token: Token): void {
    this.assertAddable(fd);
    const entry = this.#addEntry(fd, interest, token, undefined);
    this.#watch(entry, interest, []);
    this.entries.set(fd, entry);
  }

  modify(fd: number, interest: number): void {
    const entry = this.find(fd);
    this.#watch(entry, interest, deletions(fd, entry.interest));
  }

  remove(fd: number): void {
    const entry = this.find(fd);
    this.#removeEntry(entry);
    this.entries.delete(fd);
    // A closed descriptor has left the queue by itself.
    this.#set.attempt(deletions(fd, entry.interest));
  }

  attach(nested: Backend<unknown>, token: Token): void {
    this.assertNestable(nested);
    nested.leaveParent();
    const entry = this.#addEntry(nested.#set.fd, READABLE, token, nested);
    this.#set.change(once(entry.fd, entry.generation));
    this.#nested.set(entry.fd, entry);
    nested.#parent = this;
  }

  detach(nested: Backend<unknown>): void {
    if (!(nested instanceof KqueueBackend) || nested.#parent !== this) return;
    const entry = this.#nested.get(nested.#set.fd)!;
    this.#removeNested(entry);
    // A nested set that was found ready has left the queue by itself.
    this.#set.attempt(deletions(entry.fd, READABLE));
  }

  protected leaveParent(): void {
    this.#parent?.detach(this);
  }

  protected beginWait(timeout: number): Promise<number> | undefined {
    this.#forget();
    // The kernel doesn't report an edge again, so what wasn't collected is collected first.
    return this.#ready.length > 0 ? undefined : this.#set.waitOnPool(timeout);
  }

  protected takeWait(found: number): void {
    this.#takeResults(this.#set.take(found));
  }

  protected waitHere(timeout: number): void {
    this.#forget();
    if (this.#ready.length === 0) this.#takeResults(this.#set.wait(timeout));
  }

  collect(report: Report<Token>): void {
    // The state of this loop is in fields, since a report may remove, add, wait on this thread, or throw.
    while (this.#next < this.#ready.length) {
      const entry = this.#ready[this.#next++];
      const { nested, interest } = entry;
      const ready = entry.found & (interest | ALWAYS_REPORTED);
      entry.found = 0;
      if (entry.removed || (interest & REQUESTABLE) === 0 || ready === 0) continue;
      if (nested !== undefined) {
        if (!nested.#peek()) {
          this.#set.change(once(entry.fd, entry.generation));
          continue;
        }
        this.#removeNested(entry);
      }
      report(entry.token, ready);
    }
  }

  protected signal(): void {
    this.#set.signal();
  }

  protected clear(): void {
    for (const entry of this.#nested.values()) entry.nested!.#parent = undefined;
    this.#nested.clear();
    this.#always.clear();
    this.#ready = [];
  }

  protected release(): void {
    this.#set.close();
  }

  /** Drops what wasn't collected before a new wait, which finds it again; except edges, which are kept. */
  #forget(): void {
    const left = this.#ready.slice(this.#next);
    this.#ready = left.filter((entry) => !entry.removed && (entry.interest & EDGE) !== 0);
    this.#next = 0;
    for (const entry of left) if ((entry.interest & EDGE) === 0) entry.found = 0;
  }

  /** Starts collecting the results of a wait. Returns whether a signal was among them. */
  #takeResults(events: number): boolean {
    let signalled = false;
    for (let index = 0; index < events; index++) {
      const event = this.#set.event(index);
      if (event.filter === EVFILT_USER) signalled = true;
      else this.#record(event);
    }
    for (const entry of this.#always) {
      if (fileType(entry.fd) === entry.type) {
        this.#found(entry, entry.always);
      } else {
        // It was closed without being removed; another file may have its number now.
        this.#always.delete(entry);
      }
    }
    if (this.#always.size > 0) this.#set.signal();
    return signalled;
  }

  #record(event: Kevent): void {
    const { ident, tag, filter, flags } = event;
    let entry = this.entries.get(ident);
    if (entry?.generation !== tag) entry = this.#nested.get(ident);
    if (entry?.generation !== tag) return;
    let ready = readinessOf(event, entry.type);
    if (entry.type === "socket" && filter === EVFILT_READ && (flags & EV_EOF) !== 0) {
      // The other side may have ended only its sending. Asked about our sending, poll(2) shows which.
      if ((pollNow(entry.fd, POLLOUT) & POLLHUP) === 0) ready &= ~HANGUP;
    }
    this.#found(entry, ready);
  }

  #found(entry: Entry<Token>, ready: number): void {
    if (entry.found === 0) this.#ready.push(entry);
    entry.found |= ready;
  }

  /**
   * Whether anything is ready, when the parent's queue reports so.
   *
   * Fact: a queue keeps what it has reported until its next wait finds that no longer ready, and is ready itself for
   * as long.
   * Failure: after each of its own waits that found something, it ended a wait of its parent's in vain.
   * Decision: it's asked, which removes what isn't ready. An edge or a signal that this consumes is kept.
   * Cost: one system call for each report.
   */
  #peek(): boolean {
    if (this.waiting) return true;
    this.#forget();
    const signalled = this.#takeResults(this.#set.wait(0));
    const any = signalled || this.#ready.length > 0;
    this.#forget();
    if (signalled || this.#ready.length > 0) this.#set.signal();
    return any;
  }

  #addEntry(
    fd: number,
    interest: number,
    token: Token,
    nested: KqueueBackend<unknown> | undefined,
  ): Entry<Token> {
    const generation = this.#generation = (this.#generation + 1) | 0;
    const rest = { type: "other" as const, always: 0, found: 0, removed: false };
    return { fd, token, generation, nested, interest, ...rest };
  }

  #removeEntry(entry: Entry<Token>): void {
    entry.removed = true;
    this.#always.delete(entry);
  }

  #removeNested(entry: Entry<Token>): void {
    this.#removeEntry(entry);
    this.#nested.delete(entry.fd);
    entry.nested!.#parent = undefined;
  }

  /** Registers an entry, in place of what was watched for it `before`. */
  #watch(entry: Entry<Token>, interest: number, before: readonly Kevent[]): void {
    const { fd, generation } = entry;
    const type = fileType(fd);
    if (type === undefined) throw this.notOpen(fd);
    this.#always.delete(entry);
    entry.type = type;
    entry.interest = interest;
    // The queue reports a regular file as ready only up to its end.
    entry.always = type === "file" ? interest & REQUESTABLE : 0;
    const added = type === "file" ? [] : additions(fd, interest, type, generation);
    const results = this.#set.attempt([...before, ...added]).slice(before.length);
    for (const [index, errno] of results.entries()) {
      if (errno === 0) continue;
      const always = readyDespite(errno, added[index].filter, type);
      if (always === 0) {
        this.#set.attempt(deletions(fd, interest));
        throw errorOf(errno, "kevent");
      }
      entry.always |= always;
    }
    if (entry.always === 0) return;
    this.#always.add(entry);
    this.#set.signal();
  }
}

/** What an entry is ready for though the queue refuses to watch it; 0 if the refusal is an error. */
function readyDespite(errno: number, filter: number, type: FileType): number {
  const code = codeOf(errno);
  const reading = filter === EVFILT_READ;
  // EPIPE: the queue doesn't wait for room in a pipe that has no reader any more.
  if (code === "EPIPE" && !reading) return endOfWriting(type);
  // The queue refuses devices that never have to wait with one of these.
  const refused = ["EINVAL", "ENODEV", "ENOTSUP", "EPERM"].includes(code);
  return type === "other" && refused ? (reading ? READABLE : WRITABLE) : 0;
}
