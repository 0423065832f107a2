/** The right name for one that was mistyped. */

/**
 * Returns the name of `names` that a program most likely meant by `wrong`; undefined where none is near. Upper and lower
 * case, hyphens and underscores make no difference.
 */
export function nearestName(wrong: string, names: Iterable<string>): string | undefined {
  const typed = plain(wrong);
  let nearest: string | undefined;
  // A typing error in each three letters, and one that is left out or added at an end of the name.
  let best = Math.max(1, Math.floor(typed.length / 3)) + 0.5;
  for (const name of names) {
    const right = plain(name);
    const within = typed.length >= 3 && (right.includes(typed) || typed.includes(right));
    const typos = distance(typed, right);
    const far = within ? Math.min(typos, 1) : typos;
    if (far >= best) continue;
    best = far;
    nearest = name;
  }
  return nearest;
}

/** Returns the name of `names` that `name` is but for its case, its hyphens or one letter; undefined where it's one itself. */
export function misspelt(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return undefined;
  return names.find((right) => distance(plain(name), plain(right)) <= 1);
}

/** A name that a program has used, for an error's text. What can hardly be one may be a secret in a name's place. */
export function nameShown(name: string): string {
  if (/^[\w$ .-]{0,39}$/.test(name)) return name; // a key has 40 characters
  return `with that name (${name.length} characters, which aren't shown)`;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "");
}

/** How many letters have to be changed, added, removed, or swapped with the next. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = row[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j] + 1, next[j - 1] + 1);
      // In the first row and column, one of the two is beyond the name's beginning: undefined, and no letter.
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    before = row;
    row = next;
  }
  return row[to.length];
}
