/** So many names are shown. A registry may have thousands of models. */
const MOST_NAMES = 10;

/** Says which names there are. @example namesClause('label', ['a', 'b']) // 'the labels are a, b' */
export function namesClause(what: string, names: readonly string[]): string {
  const [only] = names;
  if (only === undefined) return '';
  return names.length === 1 ? `the only ${what} is ${only}` : `the ${what}s are ${listedNames(names)}`;
}

/** Lists names for a sentence, the first ten of them. @example listedNames(['a', 'b']) // 'a, b' */
export function listedNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
