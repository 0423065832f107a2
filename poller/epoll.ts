/** The backend over epoll(7), Linux's own: what a wait costs doesn't grow with the set. */

import { ZmqError } from "../errors.ts";
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLET, EPOLLIN, EPOLLONESHOT } from "../ffi/constants.ts";
import { type Backend, EDGE, READABLE, type Report } from "./backend.ts";
import { INTERNAL_SLOT, InternalDescriptors, WAKEUP } from "./epoll_internals.ts";
import { EpollSet, isAboutPaths } from "./epoll_set.ts";
import {
  alreadyWaiting,
  alreadyWatched,
  ALWAYS_REPORTED,
  assertDescriptor,
  isOpen,
  notOpen,
  notWatched,
  pollNow,
  REQUESTABLE,
  roundUpTimeout,
  setClosed,
  toPollEvents,
  toReadiness,
} from "./fd.ts";
import { Wakeup } from "./wakeup.ts";

/** One watched descriptor, or an attached set. */
interface Entry<Token> {
  readonly fd: number;
  /** Its slot, and its generation: the two come back with each event. */
  readonly index: number;
  generation: number;
  token: Token;
  interest: number;
  /**
   * Who tells that it's ready: the kernel's set, this object (it's a file, always ready), or none at present. It's missing
   * where it belongs into the kernel's set, which was made again, and couldn't be added yet.
   */
  registeredIn: "epoll" | "always-ready" | "none" | "missing";
  readonly nested: boolean;
}

/** A set of descriptors in an epoll of its own. */
export class EpollBackend<Token> implements Backend<Token> {
  readonly kind = "epoll";
  #waiting = false;
  #closed = false;
  readonly #set = new EpollSet();
  #wakeup: Wakeup | undefined;
  /** What a strategy watches in this set. */
  readonly internals: InternalDescriptors = new InternalDescriptors(this.#set);

  readonly #entries = new Map<number, Entry<Token>>();
  readonly #slots: (Entry<Token> | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #generation = 0;
  /** The entries that are always ready. While there are any, the wake-up stays signalled. */
  readonly #files = new Set<Entry<Token>>();

  readonly #nested = new Map<EpollBackend<unknown>, Entry<Token>>();
  /** Those of them that are detached, and still in the kernel's set. */
  readonly #detached = new Set<EpollBackend<unknown>>();
  /** The set to which this one is attached. */
  #parent: EpollBackend<unknown> | undefined;

  /** How many events the last wait found, how many of them were reported, and whether files are to be. */
  #found = 0;
  #next = 0;
  #filesDue = false;

  /** A descriptor was closed before it was removed, so that events without an entry may come. */
  #closedUnremoved = false;
  /** One may have come: the kernel's set is to be rebuilt before the next wait. */
  #needsRebuild = false;

  get waiting(): boolean {
    return this.#waiting;
  }

  add(fd: number, interest: number, token: Token): void {
    this.#assertOpen("epoll_ctl");
    assertDescriptor(fd);
    if (this.#entries.has(fd)) throw alreadyWatched(fd, "epoll_ctl");
    const entry = this.#addEntry(fd, interest, token, false);
    try {
      this.#watch(entry);
    } catch (error) {
      this.#removeEntry(entry);
      throw error;
    }
    this.#entries.set(fd, entry);
  }

  modify(fd: number, interest: number): void {
    const entry = this.#find(fd);
    if (entry.registeredIn === "epoll" && (interest & REQUESTABLE) !== 0) {
      this.#set.control(EPOLL_CTL_MOD, fd, bitsOf(interest), entry.index, entry.generation);
      entry.interest = interest;
    } else {
      this.#unwatch(entry);
      entry.interest = interest;
      this.#watch(entry);
    }
  }

  remove(fd: number): void {
    const entry = this.#find(fd);
    this.#entries.delete(fd);
    this.#unwatch(entry);
    this.#removeEntry(entry);
  }

  attach(nested: Backend<unknown>, token: Token): void {
    this.#assertOpen("epoll_ctl");
    if (!(nested instanceof EpollBackend) || nested === this) {
      throw new TypeError("A set takes another set of its own kind as a nested set");
    }
    nested.#assertOpen("epoll_ctl");
    if (nested.#parent !== this) nested.#leaveParent();
    const known = this.#nested.get(nested);
    const entry = known ?? this.#addEntry(nested.#set.fd, READABLE, token, true);
    // A new generation, so that an event from before isn't reported for this time.
    entry.generation = ++this.#generation | 0;
    entry.token = token;
    const { fd, index, generation } = entry;
    const bits = EPOLLIN | EPOLLONESHOT;
    try {
      if (known === undefined || known.registeredIn === "missing") {
        this.#enroll(fd, bits, index, generation);
      } else this.#set.control(EPOLL_CTL_MOD, fd, bits, index, generation);
    } catch (error) {
      if (known === undefined) this.#removeEntry(entry);
      throw error;
    }
    entry.registeredIn = "epoll";
    this.#nested.set(nested, entry);
    this.#detached.delete(nested);
    nested.#parent = this;
  }

  /**
   * Silences a nested set, and leaves it in the kernel's set, where it fires once at most: adding one walks
   * through all that the nested set holds (400 microseconds for 5,000 descriptors), and a Poller attaches its set for
   * every wait. It leaves when either set is closed, when it's attached elsewhere, or when the kernel's limit
   * is reached (see `#enroll`).
   */
  detach(nested: Backend<unknown>): void {
    if (!(nested instanceof EpollBackend)) return;
    const entry = this.#nested.get(nested);
    if (entry === undefined) return;
    if (entry.registeredIn === "missing") {
      return this.#removeNested(nested as EpollBackend<unknown>);
    }
    entry.generation = ++this.#generation | 0;
    entry.registeredIn = "none";
    this.#detached.add(nested);
  }

  #leaveParent(): void {
    const parent = this.#parent;
    if (parent !== undefined) parent.#removeNested(this);
  }

  #removeNested(nested: EpollBackend<unknown>): void {
    const entry = this.#nested.get(nested);
    if (entry === undefined) return;
    this.#nested.delete(nested);
    this.#detached.delete(nested);
    nested.#parent = undefined;
    this.#set.delete(entry.fd);
    this.#removeEntry(entry);
  }

  wait(timeout: number): Promise<void> {
    this.#assertIdle();
    // An edge that wasn't collected wouldn't come again.
    if (this.#next < this.#found) return Promise.resolve();
    if (this.#needsRebuild) this.#rebuild();
    this.#openWakeup();
    const waited = this.#set.waitOnPool(roundUpTimeout(timeout));
    this.#waiting = true;
    return this.#end(waited);
  }

  async #end(waited: Promise<number>): Promise<void> {
    const found = await waited;
    this.#waiting = false;
    if (this.#closed) this.#release();
    else this.#takeResults(this.#set.take(found));
  }

  waitSync(timeout: number, report: Report<Token>): void {
    this.#assertIdle();
    if (this.#next === this.#found) {
      if (this.#needsRebuild) this.#rebuild();
      this.#takeResults(this.#waitHere(roundUpTimeout(timeout)));
    }
    this.collect(report);
  }

  /** Waits on this thread. An internal event that was alone ends the wait with nothing, or has it go on. */
  #waitHere(timeout: number): number {
    for (;;) {
      const found = this.#set.wait(timeout);
      if (found !== 1 || this.#set.index(0) !== INTERNAL_SLOT) return found;
      if (this.#set.generation(0) === WAKEUP) return found;
      if (!this.internals.onEvent(this.#set.generation(0))) return 0;
    }
  }

  /** The set's descriptor. */
  get fd(): number {
    return this.#set.fd;
  }

  collect(report: Report<Token>): void {
    // Everything it goes by is a field: a report may remove, add, wait on this thread, or throw.
    while (this.#next < this.#found) {
      const event = this.#next++;
      const index = this.#set.index(event);
      if (index === INTERNAL_SLOT) {
        this.internals.onEvent(this.#set.generation(event));
        continue;
      }
      const entry = this.#slots[index];
      if (entry === undefined || entry.generation !== this.#set.generation(event)) {
        if (this.#closedUnremoved) this.#needsRebuild = true;
        continue;
      }
      const { interest } = entry;
      if ((interest & REQUESTABLE) === 0) continue;
      if (entry.nested) entry.registeredIn = "none";
      const ready = toReadiness(this.#set.bits(event)) & (interest | ALWAYS_REPORTED);
      if (ready !== 0) report(entry.token, ready);
    }
    if (this.#filesDue) this.#collectFiles(report);
  }

  wake(): void {
    this.#assertOpen("epoll_wait");
    this.#openWakeup().signal();
  }

  close(): void {
    if (this.#closed) return;
    this.#leaveParent();
    this.#closed = true;
    this.#nested.clear();
    this.#detached.clear();
    this.#entries.clear();
    this.#files.clear();
    this.#slots.length = 1;
    this.#found = this.#next = 0;
    if (this.#waiting) this.#wakeup!.signal();
    else this.#release();
  }

  #release(): void {
    this.#set.close();
    this.#wakeup?.close();
  }

  /** Begins with the results of a wait. */
  #takeResults(found: number): void {
    this.#found = found;
    this.#next = 0;
    this.#filesDue = this.#files.size > 0;
    if (!this.#filesDue) this.#wakeup?.drain();
  }

  #collectFiles(report: Report<Token>): void {
    this.#filesDue = false;
    for (const entry of [...this.#files]) {
      if (!this.#files.has(entry)) continue;
      const bits = toPollEvents(entry.interest);
      if (pollNow(entry.fd, bits) === bits) {
        report(entry.token, toReadiness(bits));
      } else {
        // It was closed without being removed; if the number is in use, then by something else.
        this.#files.delete(entry);
        entry.registeredIn = "none";
      }
    }
  }

  #addEntry(fd: number, interest: number, token: Token, nested: boolean): Entry<Token> {
    const index = this.#free.pop() ?? this.#slots.length;
    const generation = ++this.#generation | 0;
    const entry: Entry<Token> = {
      fd,
      index,
      generation,
      token,
      interest,
      registeredIn: "none",
      nested,
    };
    this.#slots[index] = entry;
    return entry;
  }

  #removeEntry({ index }: Entry<Token>): void {
    this.#slots[index] = undefined;
    this.#free.push(index);
  }

  /** Registers an entry where its readiness can be told. */
  #watch(entry: Entry<Token>): void {
    const { fd, interest, index, generation } = entry;
    if ((interest & REQUESTABLE) === 0) {
      // Not left to the kernel with nothing asked: it would tell of hang-ups and errors all the same.
      if (!isOpen(fd)) throw notOpen(fd, "epoll_ctl");
      return;
    }
    try {
      this.#enroll(fd, bitsOf(interest), index, generation);
      entry.registeredIn = "epoll";
    } catch (error) {
      // The kernel's set refuses regular files, directories and /dev/null, which never have to wait.
      if (!(error instanceof ZmqError) || error.code !== "EPERM") throw error;
      this.#openWakeup().signal();
      this.#files.add(entry);
      entry.registeredIn = "always-ready";
    }
  }

  /**
   * Adds to the kernel's set.
   *
   * Linux counts the ways from a file over a nested set to an outermost one, and answers EINVAL to what would
   * make the 501st, be it the file's ADD to a nested set or a nested set's ADD to the outermost one (a chain of sets
   * that is too long is ELOOP). Detached sets count as well, though nothing waits for them: so hundreds of Pollers
   * that had only waited one after another could share no socket. They're taken out then, and the next wait of
   * each pays for an ADD. What is left is the kernel's limit.
   */
  #enroll(fd: number, bits: number, index: number, generation: number): void {
    const add = () => this.#set.control(EPOLL_CTL_ADD, fd, bits, index, generation);
    try {
      add();
    } catch (error) {
      if (!isAboutPaths(error)) throw error;
      const outermost = this.#parent ?? this;
      if (outermost.#detached.size === 0) throw this.#set.nameLimit(error, fd);
      for (const nested of [...outermost.#detached]) outermost.#removeNested(nested);
      try {
        add();
      } catch (error) {
        throw this.#set.nameLimit(error, fd);
      }
    }
  }

  #unwatch(entry: Entry<Token>): void {
    if (entry.registeredIn === "always-ready") this.#files.delete(entry);
    else if (entry.registeredIn === "epoll" && !this.#set.delete(entry.fd)) {
      this.#closedUnremoved = true;
    }
    entry.registeredIn = "none";
  }

  #openWakeup(): Wakeup {
    if (this.#wakeup === undefined) {
      const wakeup = new Wakeup();
      try {
        this.#set.control(EPOLL_CTL_ADD, wakeup.fd, EPOLLIN, INTERNAL_SLOT, WAKEUP);
      } catch (error) {
        wakeup.close();
        throw error;
      }
      this.#wakeup = wakeup;
    }
    return this.#wakeup;
  }

  /**
   * Rebuilds the kernel's set. A descriptor that was closed before it was removed can't be taken out
   * of a set, and stays in there while a duplicate of it is open (in a child process, say): its events,
   * which belong to no entry, would end every wait at once. Costs a system call an entry, and happens
   * only when such an event has come.
   *
   * Each ADD may fail (ENOSPC, ENOMEM). Then the error ends this wait, what wasn't added is missing, and the next
   * wait begins again with a new set.
   */
  #rebuild(): void {
    this.#set.rebuild();
    for (const entry of this.#entries.values()) {
      if (entry.registeredIn === "epoll") entry.registeredIn = "missing";
    }
    for (const [nested, entry] of [...this.#nested]) {
      if (entry.registeredIn === "none") this.#removeNested(nested);
      else entry.registeredIn = "missing";
    }
    const parent = this.#parent;
    const attachment = parent === undefined ? undefined : parent.#nested.get(this);
    this.#leaveParent();
    if (attachment !== undefined && attachment.registeredIn !== "none") {
      parent!.attach(this, attachment.token);
    }
    if (this.#wakeup !== undefined) {
      this.#set.control(EPOLL_CTL_ADD, this.#wakeup.fd, EPOLLIN, INTERNAL_SLOT, WAKEUP);
    }
    this.internals.restore();
    for (const entry of this.#entries.values()) {
      if (entry.registeredIn === "missing") this.#restore(entry);
    }
    for (const [nested, { registeredIn, token }] of this.#nested) {
      if (registeredIn === "missing") this.attach(nested, token);
    }
    this.#closedUnremoved = this.#needsRebuild = false;
  }

  /** Adds to the new set what was in the old one. */
  #restore(entry: Entry<Token>): void {
    const { fd, interest, index, generation } = entry;
    try {
      this.#enroll(fd, bitsOf(interest), index, generation);
      entry.registeredIn = "epoll";
    } catch (error) {
      if (!(error instanceof ZmqError) || !["EBADF", "EPERM"].includes(error.code)) throw error;
      // Closed without being removed as well, and perhaps a file's number by now: silent until it's removed.
      entry.registeredIn = "none";
    }
  }

  #find(fd: number): Entry<Token> {
    this.#assertOpen("epoll_ctl");
    assertDescriptor(fd);
    const entry = this.#entries.get(fd);
    if (entry === undefined) throw notWatched(fd, "epoll_ctl");
    return entry;
  }

  #assertOpen(call: string): void {
    if (this.#closed) throw setClosed(call);
  }

  #assertIdle(): void {
    this.#assertOpen("epoll_wait");
    if (this.#waiting) throw alreadyWaiting("epoll_wait");
  }
}

/** Interest as the kernel's set takes it. */
function bitsOf(interest: number): number {
  return toPollEvents(interest) | ((interest & EDGE) === 0 ? 0 : EPOLLET);
}
