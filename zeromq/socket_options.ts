/** The options of all sockets, by name: those of the engine's that zeromq.js has, under the same names. */

import { has } from "../ffi/libzmq.ts";
import * as table from "../socket/options_table.ts";
import { defineOptions, type OptionKind, type OptionRow } from "./define.ts";

const { COMMON, OPTION_NUMBERS, OPTIONS } = table;

/** The part of an accessor's name for each kind of option. */
const ACCESSORS: Readonly<Record<table.OptionKind, OptionKind>> = {
  int: "Int32",
  bool: "Bool",
  choice: "Int32",
  flags: "Int32",
  int64: "Int64",
  uint64: "Uint64",
  bytes: "String",
  key: "String",
  text: "String",
};

/** The options of sockets that send. */
export const SENDING = [...Object.keys(table.SENDING), "multicastHops"] as table.OptionName[];

/** The options of sockets that receive. */
export const RECEIVING = Object.keys(table.RECEIVING) as table.OptionName[];

/** Options that aren't there, or not with every socket; nor is what has come since its day. */
const ABSENT: ReadonlySet<string> = new Set(["multicastHops", "multicastLoop", "rawMode", "useFd"]);

/** Whether an option of some types of sockets can only be set: what libzmq can't read, but for one; and one more. */
function isWriteOnly(name: table.OptionName): boolean {
  return name === "conflate" ||
    (name in table.PARTICULAR && "unreadable" in OPTIONS[name] && name !== "mandatory");
}

/** Adds options to a class by their names. */
export function defineByName(prototype: object, names: readonly table.OptionName[]): void {
  const rows: Record<string, OptionRow> = {};
  for (const name of names) {
    const { number, kind, readOnly, choices }: table.OptionRow = OPTIONS[name];
    const access = readOnly ? "r" : isWriteOnly(name) ? "w" : undefined;
    rows[name] = [number, ACCESSORS[kind], access, choices];
  }
  defineOptions(prototype, "Socket", rows);
}

/** Whether zeromq.js has an option. A mechanism's are there where the build has it. */
export function isThere(name: table.OptionName): boolean {
  const { since, needs }: table.OptionRow = OPTIONS[name];
  const mechanism = needs === "curve" || needs === "gssapi";
  return since === undefined && !ABSENT.has(name) && (!mechanism || has(needs));
}

/** Defines the base class's options. */
export function defineCommon(prototype: object): void {
  const names = (Object.keys(COMMON) as table.OptionName[]).filter(isThere);
  defineByName(prototype, names.filter((name) => name !== "typeOfService"));
  defineOptions(prototype, "Socket", {
    typeOfService: [COMMON.typeOfService.number, "Uint32"],
    type: [OPTION_NUMBERS.type, "Int32", "r"],
    lastEndpoint: [OPTION_NUMBERS.lastEndpoint, "String", "r"],
    tcpAcceptFilter: [OPTION_NUMBERS.tcpAcceptFilter, "String"],
  });
}
