/** The most names that a refusal lists. */
const NAMES_SHOWN = 10;

/** Returns names in the order of their likeness to a typed one. Equally similar ones keep their order. */
export function nearestFirst(typed: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance)
    .map(({ name }) => name);
}

/** Says which names exist, the nearest one first. @example existing('haf', ['iris', 'half']) // 'there are half, iris' */
export function existing(typed: string, names: readonly string[]): string {
  if (names.length === 0) return 'there is none';
  const shown = nearestFirst(typed, names).slice(0, NAMES_SHOWN);
  const rest = names.length - shown.length;
  const verb = names.length === 1 ? 'is' : 'are';
  return `there ${verb} ${shown.join(', ')}${rest === 0 ? '' : ` and ${rest} more`}`;
}

/** Whether a typed name is another one with a mistake: at most four tenths of its letters are wrong. */
export function resembles(typed: string, name: string): boolean {
  return editDistance(typed.toLowerCase(), name.toLowerCase()) <= Math.ceil(typed.length * 0.4);
}

/** The least number of letters to insert, delete or replace that turns one text into the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
