/** The values that expressions refer to, by their full names, such as `secrets.EDGE_SERVING_TOKEN`. */
export type Context = ReadonlyMap<string, string>;

const EXPRESSION = /\$\{\{\s*(.*?)\s*\}\}/g;

/**
 * Replaces the expressions of a text. A name without a value is empty, as on GitHub.
 *
 * @throws if an expression is not a name
 */
export function interpolate(text: string, context: Context): string {
  return text.replace(EXPRESSION, (_, expression: string) => value(expression, context));
}

/**
 * Evaluates the condition of a step. Without `failure()`, a step does not run after another has failed.
 *
 * @throws if the condition has another form than terms with `&&` between them
 */
export function holds(condition: string | undefined, context: Context, hasFailed: boolean): boolean {
  if (condition === undefined) return !hasFailed;
  const inner = /^\$\{\{\s*(.*?)\s*\}\}$/.exec(condition)?.[1] ?? condition;
  const terms = inner.split(/\s*&&\s*/);
  const asksForFailure = terms.includes('failure()');
  return hasFailed === asksForFailure && terms.every((term) => termHolds(term, context, hasFailed));
}

function termHolds(term: string, context: Context, hasFailed: boolean): boolean {
  if (term === 'failure()') return hasFailed;
  const comparison = /^(\S+) (==|!=) '([^']*)'$/.exec(term);
  if (comparison === null) throw new Error(`the condition ${term} has an unknown form`);
  const [, name = '', operator, literal] = comparison;
  return (value(name, context) === literal) === (operator === '==');
}

function value(name: string, context: Context): string {
  if (!/^(secrets|vars|steps|needs)(\.[\w-]+)+$/.test(name)) throw new Error(`${name} is not a name`);
  return context.get(name) ?? '';
}
