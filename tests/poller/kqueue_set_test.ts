/** kqueue's words, which can be examined where there is no kqueue: structs as bytes, changes, events. */

import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { libcForFiles } from "../../ffi/libc.ts";
import { EDGE, ERROR, HANGUP, READABLE, WRITABLE } from "../../poller/backend.ts";
import { type FileType } from "../../poller/fd.ts";
import {
  additions,
  deletions,
  type Kevent,
  once,
  pack,
  readinessOf,
  signal,
  signalSource,
  unpack,
  WORDS,
} from "../../poller/kqueue_set.ts";

const DARWIN = Deno.build.os === "darwin";
const [READ, WRITE, USER] = [-1, -2, DARWIN ? -10 : -11];
const [ADD, DELETE, ONESHOT, CLEAR, EOF, FAILED] = [1, 2, 0x10, 0x20, 0x8000, 0x4000];

libcForFiles();

Deno.test("kqueue: a struct kevent has its fields where the C struct has them", () => {
  const words = new Int32Array(2 * WORDS).fill(-1);
  const one = { ident: 0x01020304, filter: WRITE, flags: 0x8021, fflags: 0x01000000 };
  pack([{ ...one, data: 5, tag: -7 }, { ...one, data: 0, tag: 0x0a0b0c0d }], words);
  const bytes = [...new Uint8Array(words.buffer, 0, 32)];
  assertEquals(bytes, [
    ...[4, 3, 2, 1, 0, 0, 0, 0], // uintptr_t ident
    ...[0xfe, 0xff], // int16_t filter
    ...[0x21, 0x80], // uint16_t flags
    ...[0, 0, 0, 1], // uint32_t fflags
    ...[5, 0, 0, 0, 0, 0, 0, 0], // intptr_t data
    ...[0xf9, 0xff, 0xff, 0xff, 0, 0, 0, 0], // void *udata
  ]);
  const size = Deno.build.os === "freebsd" ? 64 : 32;
  const second = [...new Uint8Array(words.buffer, size, 32)];
  assertEquals(second.slice(0, 8), [4, 3, 2, 1, 0, 0, 0, 0]);
  assertEquals(second.slice(24), [0x0d, 0x0c, 0x0b, 0x0a, 0, 0, 0, 0]);
  assertEquals(words.byteLength, 2 * size);
});

Deno.test("kqueue: what was packed is unpacked, and large amounts of data as well", () => {
  const words = new Int32Array(3 * WORDS);
  const structs: Kevent[] = [
    { ident: 0, filter: USER, flags: CLEAR, fflags: 0x01000000, data: 0, tag: 0 },
    {
      ident: 70_000,
      filter: READ,
      flags: EOF | ADD,
      fflags: 0xffffffff,
      data: 9,
      tag: 2 ** 31 - 1,
    },
    { ident: 7, filter: WRITE, flags: 0, fflags: 0, data: 0, tag: -(2 ** 31) },
  ];
  pack(structs, words);
  assertEquals([0, 1, 2].map((index) => unpack(words, index)), structs);
  words[WORDS + 4] = -1;
  words[WORDS + 5] = 1;
  assertEquals(unpack(words, 1).data, 2 ** 33 - 1);
  words[WORDS + 5] = -1;
  assertEquals(unpack(words, 1).data, -1);
});

Deno.test("kqueue: an interest is watched by a filter for each direction", () => {
  const none = { fflags: 0, data: 0 };
  const read = { ident: 5, filter: READ, flags: ADD, ...none, tag: 9 };
  const write = { ident: 5, filter: WRITE, flags: ADD, ...none, tag: 9 };
  assertEquals(additions(5, 0, "socket", 9), []);
  assertEquals(additions(5, EDGE, "socket", 9), []);
  assertEquals(additions(5, READABLE, "socket", 9), [read]);
  assertEquals(additions(5, READABLE | WRITABLE, "read end", 9), [read, write]);
  const edge = { ...write, flags: ADD | CLEAR };
  assertEquals(additions(5, WRITABLE | EDGE, "socket", 9), [edge]);
  const device = DARWIN ? { ...read, fflags: 1, data: 1 } : read;
  assertEquals(additions(5, READABLE, "other", 9), [device]);
});

Deno.test("kqueue: what was watched is deleted filter by filter", () => {
  const gone = { ident: 5, flags: DELETE, fflags: 0, data: 0, tag: 0 };
  assertEquals(deletions(5, 0), []);
  assertEquals(deletions(5, WRITABLE | EDGE), [{ ...gone, filter: WRITE }]);
  const both = [{ ...gone, filter: READ }, { ...gone, filter: WRITE }];
  assertEquals(deletions(5, READABLE | WRITABLE), both);
});

Deno.test("kqueue: a nested set is watched for one event, and the signal is cleared by each", () => {
  const none = { fflags: 0, data: 0, tag: 0 };
  assertEquals(once(6, 3), [{ ident: 6, filter: READ, flags: ADD | ONESHOT, ...none, tag: 3 }]);
  assertEquals(signalSource(), [{ ident: 0, filter: USER, flags: ADD | CLEAR, ...none }]);
  assertEquals(signal(), [{ ident: 0, filter: USER, flags: 0, ...none, fflags: 0x01000000 }]);
});

const events: [says: string, FileType[], Partial<Kevent>, ready: number][] = [
  ["data", ["socket", "read end", "other"], { filter: READ, data: 3 }, READABLE],
  ["room", ["socket", "write end", "other"], { filter: WRITE, data: 3 }, WRITABLE],
  ["an error", ["socket", "write end"], { filter: READ, flags: FAILED, data: 9 }, ERROR],
  [
    "data before a pipe's end",
    ["read end", "both ends"],
    { filter: READ, flags: EOF, data: 3 },
    READABLE | HANGUP,
  ],
  ["a pipe's end", ["read end", "both ends"], { filter: READ, flags: EOF }, HANGUP],
  ["a pipe's reader gone", ["write end"], { filter: READ, flags: EOF, data: 3 }, ERROR],
  [
    "no reader for what is written",
    ["write end", "both ends"],
    { filter: WRITE, flags: EOF },
    WRITABLE | ERROR,
  ],
  ["a pipe's writer gone", ["read end"], { filter: WRITE, flags: EOF }, HANGUP],
  ["a peer gone", ["socket"], { filter: READ, flags: EOF }, READABLE | HANGUP],
  ["a peer gone", ["socket"], { filter: WRITE, flags: EOF }, WRITABLE | HANGUP],
  [
    "a connection reset",
    ["socket"],
    { filter: READ, flags: EOF, fflags: 54 },
    READABLE | HANGUP | ERROR,
  ],
  ["a terminal gone", ["other"], { filter: READ, flags: EOF, fflags: 1 }, READABLE | HANGUP],
  ["a terminal gone", ["other"], { filter: WRITE, flags: EOF }, WRITABLE | HANGUP],
];
for (const [says, types, event, ready] of events) {
  const { filter, ...rest } = event;
  const asked = filter === READ ? "reading" : "writing";
  Deno.test(`kqueue: asked for ${asked}, ${says} of ${types.join(", ")} is told as poll tells it`, () => {
    for (const type of types) {
      assertEquals(
        readinessOf({ filter: filter!, flags: 0, fflags: 0, data: 0, ...rest }, type),
        ready,
      );
    }
  });
}
