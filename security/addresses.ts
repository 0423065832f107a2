/** Addresses of peers, and the rules that they are checked against: one address, a network, or all of ipc. */

/** An IP address as 16 bytes, an IPv4 one mapped into IPv6. */
interface Ip {
  readonly bytes: Uint8Array;
  readonly v4: boolean;
}

/** One line of a list of addresses. */
interface Rule extends Ip {
  /** How many of the 128 bits are compared. */
  readonly bits: number;
}

/** A list of addresses and networks. */
export class AddressList {
  readonly #rules: Rule[] = [];
  #ipc = false;

  /** Whether nothing was added. */
  get empty(): boolean {
    return this.#rules.length === 0 && !this.#ipc;
  }

  /** Adds a rule that {@linkcode checkRule} accepts. */
  add(rule: string): void {
    if (rule === "ipc") this.#ipc = true;
    else this.#rules.push(toRule(rule)!);
  }

  /** Whether a peer's address is in the list. */
  has(address: string): boolean {
    const ip = toIp(address);
    if (ip === undefined) return this.#ipc && isIpc(address);
    return this.#rules.some((rule) => rule.v4 === ip.v4 && begins(ip.bytes, rule));
  }
}

/** Whether libzmq's name for a peer identifies it: an IP address, or the name of an ipc peer. */
export function isKnown(address: string): boolean {
  return isIpc(address) || toIp(address) !== undefined;
}

/** Throws `TypeError` if it's neither an address, nor a network in CIDR notation, nor `"ipc"`. */
export function checkRule(rule: unknown): void {
  if (rule === "ipc" || typeof rule === "string" && toRule(rule) !== undefined) return;
  const shown = typeof rule === "string" ? JSON.stringify(rule) : typeof rule;
  throw new TypeError(
    `${shown} isn't an address: use an IPv4 or IPv6 address without a zone, a network such as "10.0.0.0/8", or "ipc"`,
  );
}

/** Whether it's libzmq's name for an ipc peer, which has its user, group and process. */
function isIpc(address: string): boolean {
  return /^localhost:\d+:\d+:\d+$/.test(address);
}

function begins(bytes: Uint8Array, { bytes: wanted, bits }: Rule): boolean {
  for (let at = 0, left = bits; left > 0; at++, left -= 8) {
    const ignored = Math.max(0, 8 - left);
    if (bytes[at] >> ignored !== wanted[at] >> ignored) return false;
  }
  return true;
}

function toRule(text: string): Rule | undefined {
  // A zone, as in fe80::1%eth0, isn't compared, so a rule with one would hold for all zones.
  const [, address, length] = /^([^/%]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const ip = address === undefined ? undefined : toIp(address);
  if (ip === undefined) return undefined;
  if (length === undefined) return { ...ip, bits: 128 };
  // A network of mapped addresses, such as ::ffff:10.0.0.0/104, is an IPv4 network, with its bits counted from the left.
  const bits = Number(length) + (address.includes(":") ? 0 : 96);
  return bits > 128 || ip.v4 && bits < 96 ? undefined : { ...ip, bits };
}

function toIp(text: string): Ip | undefined {
  if (!text.includes(":")) {
    const four = toIpv4(text);
    return four && { bytes: new Uint8Array([...MAPPED, ...four]), v4: true };
  }
  const bytes = toIpv6(text.replace(/%[\w.-]+$/, ""));
  return bytes && { bytes, v4: MAPPED.every((byte, at) => bytes[at] === byte) };
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function toIpv4(text: string): number[] | undefined {
  // No leading zeros, which some programs read as octal.
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  const numbers = text.split(".").map(Number);
  return numbers.every((number) => number <= 255) ? numbers : undefined;
}

function toIpv6(text: string): Uint8Array | undefined {
  const sides = text.split("::");
  if (sides.length > 2) return undefined;
  const left = toWords(sides[0]);
  const right = toWords(sides[1] ?? "");
  if (left === undefined || right === undefined) return undefined;
  const gap = 8 - left.length - right.length;
  if (sides.length === 2 ? gap < 1 : gap !== 0) return undefined;
  const words = [...left, ...Array<number>(gap).fill(0), ...right];
  return new Uint8Array(words.flatMap((word) => [word >> 8, word & 0xff]));
}

function toWords(text: string): number[] | undefined {
  if (text === "") return [];
  const words: number[] = [];
  const parts = text.split(":");
  for (const [at, part] of parts.entries()) {
    if (/^[\da-f]{1,4}$/i.test(part)) words.push(parseInt(part, 16));
    else {
      const four = at === parts.length - 1 ? toIpv4(part) : undefined;
      if (four === undefined) return undefined;
      words.push(four[0] << 8 | four[1], four[2] << 8 | four[3]);
    }
  }
  return words;
}
