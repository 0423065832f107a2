/** The backend over epoll(7), Linux's own. The cost of a wait doesn't grow with the set. */

import { ZmqError } from "../errors.ts";
import { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLLET, EPOLLIN, EPOLLONESHOT } from "../ffi/constants.ts";
import { type Backend, EDGE, READABLE, type Report } from "./backend.ts";
import { DescriptorSet } from "./descriptor_set.ts";
import { INTERNAL_SLOT, InternalDescriptors } from "./epoll_internals.ts";
import { EpollSet, isAboutPaths } from "./epoll_set.ts";
import { ALWAYS_REPORTED, isOpen, pollNow, REQUESTABLE, toPollEvents, toReadiness } from "./fd.ts";
import { Wakeup } from "./wakeup.ts";

/** One watched descriptor, or one nested set. */
interface Entry<Token> {
  readonly fd: number;
  /** Its slot. This and its generation come back with each event. */
  readonly index: number;
  generation: number;
  token: Token;
  interest: number;
  /**
   * Where it's registered: in the kernel's set; as a file, which this object reports as always ready; or nowhere at
   * present. It's missing if it belongs in the kernel's set, but couldn't be added when that was rebuilt.
   */
  registeredIn: "epoll" | "always-ready" | "none" | "missing";
  readonly nested: boolean;
}

/** A set of descriptors in an epoll of its own. */
export class EpollBackend<Token> extends DescriptorSet<Token, Entry<Token>> {
  readonly #set = new EpollSet();
  #wakeup: Wakeup | undefined;
  /** The descriptors that a strategy watches in this set. */
  readonly internals: InternalDescriptors = new InternalDescriptors(this.#set);

  readonly #slots: (Entry<Token> | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #generation = 0;
  /** The entries that are always ready. While there are any, the wakeup descriptor stays signalled. */
  readonly #files = new Set<Entry<Token>>();

  readonly #nested = new Map<EpollBackend<unknown>, Entry<Token>>();
  /** The set to which this one is attached. */
  #parent: EpollBackend<unknown> | undefined;

  /** How many events the last wait found, how many of them were collected, and whether files are still to be. */
  #found = 0;
  #next = 0;
  #filesDue = false;

  /** A descriptor was closed before it was removed, so events without an entry may come. */
  #closedUnremoved = false;
  /** Such an event may have come: the kernel's set is rebuilt before the next wait. */
  #needsRebuild = false;

  constructor() {
    super("epoll", "epoll_ctl", "epoll_wait");
  }

  add(fd: number, interest: number, token: Token): void {
    this.assertAddable(fd);
    const entry = this.#addEntry(fd, interest, token, false);
    try {
      this.#watch(entry);
    } catch (error) {
      this.#removeEntry(entry);
      throw error;
    }
    this.entries.set(fd, entry);
  }

  modify(fd: number, interest: number): void {
    const entry = this.find(fd);
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
    const entry = this.find(fd);
    this.entries.delete(fd);
    this.#unwatch(entry);
    this.#removeEntry(entry);
  }

  attach(nested: Backend<unknown>, token: Token): void {
    this.assertNestable(nested);
    if (nested.#parent !== this) nested.leaveParent();
    const known = this.#nested.get(nested);
    const entry = known ?? this.#addEntry(nested.#set.fd, READABLE, token, true);
    // A new generation, so that an event from before the detach isn't reported now.
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
    nested.#parent = this;
  }

  /**
   * Silences a nested set, and leaves it in the kernel's set.
   *
   * Fact: adding one epoll to another walks through all that it holds, and a Poller attaches its set for every wait.
   * Failure: the ADD of a set with 5,000 descriptors took 400 microseconds of each wait.
   * Decision: a detached set stays in the kernel's set, armed for one event at most, whose generation is out of date. It
   * leaves when either set is closed, when it's attached elsewhere, or at the kernel's limit (see `#enroll`).
   * Cost: one event without effect at most, and one of the kernel's wake-up paths.
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
  }

  protected leaveParent(): void {
    if (this.#parent !== undefined) this.#parent.#removeNested(this);
  }

  #removeNested(nested: EpollBackend<unknown>): void {
    const entry = this.#nested.get(nested);
    if (entry === undefined) return;
    this.#nested.delete(nested);
    nested.#parent = undefined;
    this.#set.delete(entry.fd);
    this.#removeEntry(entry);
  }

  protected beginWait(timeout: number): Promise<number> | undefined {
    // The kernel doesn't report an edge again, so what wasn't collected is collected first.
    if (this.#next < this.#found) return undefined;
    if (this.#needsRebuild) this.#rebuild();
    this.#openWakeup();
    return this.#set.waitOnPool(timeout);
  }

  protected takeWait(found: number): void {
    this.#takeResults(this.#set.take(found));
  }

  protected waitHere(timeout: number): void {
    if (this.#next < this.#found) return;
    if (this.#needsRebuild) this.#rebuild();
    this.#takeResults(this.#findHere(timeout));
  }

  /** Waits on this thread. A single internal event ends the wait with nothing, or the wait goes on, as its handler says. */
  #findHere(timeout: number): number {
    for (;;) {
      const found = this.#set.wait(timeout);
      if (found !== 1 || this.#set.index(0) !== INTERNAL_SLOT) return found;
      if (!this.internals.onEvent(this.#set.generation(0))) return 0;
    }
  }

  /** The set's descriptor. */
  get fd(): number {
    return this.#set.fd;
  }

  collect(report: Report<Token>): void {
    // The state of this loop is in fields, since a report may remove, add, wait on this thread, or throw.
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

  protected signal(): void {
    this.#openWakeup().signal();
  }

  protected clear(): void {
    this.#nested.clear();
    this.#files.clear();
    this.#slots.length = 1;
    this.#found = this.#next = 0;
  }

  protected release(): void {
    this.#set.close();
    this.#wakeup?.close();
  }

  /** Starts collecting the results of a wait. */
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
        // It was closed without being removed; another file may have its number now.
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

  /** Registers an entry where its readiness can be reported. */
  #watch(entry: Entry<Token>): void {
    const { fd, interest, index, generation } = entry;
    if ((interest & REQUESTABLE) === 0) {
      // Not in the kernel's set, which would report hang-ups and errors even with no interest.
      if (!isOpen(fd)) throw this.notOpen(fd);
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
   * Fact: Linux allows 500 wake-up paths from a file over a nested set to an outermost one. The ADD that would make the
   * 501st fails with EINVAL, whether it adds the file to a nested set or a nested set to the outermost one (a chain of
   * sets that is too long: ELOOP). Detached sets count as well.
   * Failure: hundreds of Pollers that had waited one after another could not share a socket.
   * Decision: at the limit all that are silent are taken out, and the ADD is tried again.
   * Cost: the next wait of each such Poller pays for an ADD. 500 can wait for one socket at the same time.
   */
  #enroll(fd: number, bits: number, index: number, generation: number): void {
    const add = () => this.#set.control(EPOLL_CTL_ADD, fd, bits, index, generation);
    try {
      add();
    } catch (error) {
      if (!isAboutPaths(error)) throw error;
      const outermost = this.#parent ?? this;
      for (const [nested, { registeredIn }] of [...outermost.#nested]) {
        if (registeredIn === "none") outermost.#removeNested(nested);
      }
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
        this.#watchWakeup(wakeup);
      } catch (error) {
        wakeup.close();
        throw error;
      }
      this.#wakeup = wakeup;
    }
    return this.#wakeup;
  }

  /** Its events have no handler: that it ends the wait is all. */
  #watchWakeup({ fd }: Wakeup): void {
    this.#set.control(EPOLL_CTL_ADD, fd, EPOLLIN, INTERNAL_SLOT, fd);
  }

  /**
   * Rebuilds the kernel's set.
   *
   * Fact: epoll holds open files, not numbers. A descriptor that was closed before it was removed stays in the set
   * while a duplicate of it is open (in a child process, say), and EPOLL_CTL_DEL can't remove it by its number (EBADF, or
   * ENOENT if another file has the number).
   * Failure: its events, which belong to no entry, ended every wait at once.
   * Decision: when an event without an entry comes after such a close, a new set takes the place of the old one.
   * Cost: a system call for each entry, only then. Each ADD may fail (ENOSPC, ENOMEM): the error ends this wait, what
   * wasn't added is missing, and the next wait rebuilds again.
   */
  #rebuild(): void {
    this.#set.rebuild();
    for (const entry of this.entries.values()) {
      if (entry.registeredIn === "epoll") entry.registeredIn = "missing";
    }
    for (const [nested, entry] of [...this.#nested]) {
      if (entry.registeredIn === "none") this.#removeNested(nested);
      else entry.registeredIn = "missing";
    }
    const parent = this.#parent;
    const attachment = parent === undefined ? undefined : parent.#nested.get(this);
    this.leaveParent();
    if (attachment !== undefined && attachment.registeredIn !== "none") {
      parent!.attach(this, attachment.token);
    }
    if (this.#wakeup !== undefined) this.#watchWakeup(this.#wakeup);
    this.internals.restore();
    for (const entry of this.entries.values()) {
      if (entry.registeredIn === "missing") this.#restore(entry);
    }
    for (const [nested, { registeredIn, token }] of this.#nested) {
      if (registeredIn === "missing") this.attach(nested, token);
    }
    this.#closedUnremoved = this.#needsRebuild = false;
  }

  /** Adds an entry of the old set to the new one. */
  #restore(entry: Entry<Token>): void {
    const { fd, interest, index, generation } = entry;
    try {
      this.#enroll(fd, bitsOf(interest), index, generation);
      entry.registeredIn = "epoll";
    } catch (error) {
      if (!(error instanceof ZmqError) || !["EBADF", "EPERM"].includes(error.code)) throw error;
      // It was closed without being removed as well, and its number may be a regular file's now: silent until it's removed.
      entry.registeredIn = "none";
    }
  }
}

/** Interest as epoll's bits. */
function bitsOf(interest: number): number {
  return toPollEvents(interest) | ((interest & EDGE) === 0 ? 0 : EPOLLET);
}
