/** How far a plan may be off from what computes without it: see docs on plans. */
const TOLERANCE = 2e-4;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * What is different in two answers to one request: another status, another text, or numbers that are further apart
 * than another order of sums explains.
 */
export function differenceOf(answer: Answer, expected: Answer): string | undefined {
  if (answer.status !== expected.status)
    return `status ${answer.status} instead of ${expected.status}: ${answer.body.slice(0, 300)}`;
  if (answer.body === expected.body) return undefined;
  const numbers = numbersOf(answer.body);
  const wanted = numbersOf(expected.body);
  if (numbers.rest !== wanted.rest)
    return `${answer.body.slice(0, 300)} instead of ${expected.body.slice(0, 300)}`;
  const largest = Math.max(0, ...wanted.values.filter(Number.isFinite).map(Math.abs));
  const index = wanted.values.findIndex((value, at) => {
    const other = numbers.values[at] ?? Number.NaN;
    return !Object.is(value, other) && !(Math.abs(value - other) <= TOLERANCE * largest);
  });
  return index === -1
    ? undefined
    : `number ${index} is ${numbers.values[index]} instead of ${wanted.values[index]}`;
}

/** The numbers of a JSON text, and the text without them. */
function numbersOf(body: string): { readonly values: number[]; readonly rest: string } {
  const values: number[] = [];
  const rest = body.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (found) => {
    if (found.startsWith('"')) return found;
    values.push(Number(found));
    return '#';
  });
  return { values, rest };
}
