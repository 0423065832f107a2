/** What the titanic's broker has on disk: requests, and answers to them. */

import { DatabaseSync } from "node:sqlite";

export class Store implements Disposable {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    // FULL: what is committed has reached the disk, and survives a power failure as well.
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS requests (id TEXT PRIMARY KEY, question BLOB NOT NULL, answer BLOB)`);
  }

  /** Adds a request. Returns whether it's new. */
  add(id: string, question: Uint8Array): boolean {
    const insert = this.#db.prepare("INSERT OR IGNORE INTO requests (id, question) VALUES (?, ?)");
    return insert.run(id, question).changes > 0;
  }

  /** Adds the answer to a request, which stays as it is if it has one. */
  answer(id: string, answer: Uint8Array): void {
    this.#db.prepare("UPDATE requests SET answer = ? WHERE id = ? AND answer IS NULL")
      .run(answer, id);
  }

  get(id: string): { question: Uint8Array; answer: Uint8Array | null } | undefined {
    const found = this.#db.prepare("SELECT question, answer FROM requests WHERE id = ?").get(id);
    return found as ReturnType<Store["get"]>;
  }

  remove(id: string): void {
    this.#db.prepare("DELETE FROM requests WHERE id = ?").run(id);
  }

  /** The ids of the requests without an answer, the oldest first. */
  unanswered(): string[] {
    const select = this.#db.prepare("SELECT id FROM requests WHERE answer IS NULL ORDER BY rowid");
    return select.all().map(({ id }) => id as string);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}
