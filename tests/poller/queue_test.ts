import { deepStrictEqual as assertEquals } from "node:assert/strict";
import { Queue, QueuedOperation } from "../../poller/queue.ts";

class Member extends QueuedOperation {
  constructor(readonly name: string) {
    super();
  }

  override expire(): void {}
  override abort(): void {}
}

function line(names: string): { queue: Queue<Member>; members: Member[] } {
  const queue = new Queue<Member>();
  const members = [...names].map((name) => new Member(name));
  for (const member of members) queue.push(member);
  return { queue, members };
}

/** The names in line, and the same from behind. */
function order({ first }: Queue<Member>): [string, string] {
  let forth = "";
  let back = "";
  for (let at = first; at !== undefined; at = at.next as Member | undefined) {
    forth += at.name;
    if (at.next !== undefined) continue;
    for (let last: QueuedOperation | undefined = at; last !== undefined; last = last.previous) {
      back += (last as Member).name;
    }
  }
  return [forth, back];
}

Deno.test("queue: who comes first stands first", () => {
  assertEquals(order(line("").queue), ["", ""]);
  assertEquals(order(line("a").queue), ["a", "a"]);
  assertEquals(order(line("abc").queue), ["abc", "cba"]);
});

Deno.test("queue: anyone can leave, from whatever place, and others come behind", () => {
  for (const gone of "abcd") {
    const { queue, members } = line("abcd");
    queue.remove(members.find(({ name }) => name === gone)!);
    const rest = "abcd".replace(gone, "");
    assertEquals(order(queue)[0], rest);
    queue.push(new Member("e"));
    assertEquals(order(queue), [`${rest}e`, [...`${rest}e`].reverse().join("")]);
  }
});

Deno.test("queue: it can empty and fill again, with the same members", () => {
  const { queue, members } = line("abc");
  for (let round = 0; round < 3; round++) {
    for (const member of round % 2 === 0 ? members : members.toReversed()) queue.remove(member);
    assertEquals(queue.first, undefined);
    assertEquals(
      members.every(({ next, previous }) => next === undefined && previous === undefined),
      true,
    );
    for (const member of members) queue.push(member);
    assertEquals(order(queue), ["abc", "cba"]);
  }
});
