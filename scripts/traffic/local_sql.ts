import type { SQLOutputValue } from 'node:sqlite';
import * as v from 'valibot';

/**
 * Translates a query for Analytics Engine to SQLite. Both understand the same words, but for two: the function of
 * quantiles with its two pairs of parentheses, and the format of the answer.
 *
 * @example rewriteQuantiles('SELECT quantileExactWeighted(0.5)(latency, success) FROM t FORMAT JSON')
 *   // 'SELECT weightedQuantile(0.5, json_group_array(latency), json_group_array(success)) FROM t'
 */
export function rewriteQuantiles(sql: string): string {
  return sql
    .replace(/ FORMAT JSON$/, '')
    .replace(
      /quantileExactWeighted\(([\d.]+)\)\((\w+), (\w+)\)/g,
      'weightedQuantile($1, json_group_array($2), json_group_array($3))',
    );
}

const NumbersSchema = v.pipe(v.string(), v.parseJson(), v.array(v.number()));

/**
 * Returns a quantile of weighted values as Analytics Engine's `quantileExactWeighted`: the smallest value so that it
 * and the smaller ones have at least that share of the weight. Null if nothing has weight.
 *
 * @param values a JSON array of numbers
 * @param weights a JSON array of whole numbers, one for each value
 */
export function weightedQuantile(
  share: SQLOutputValue,
  values: SQLOutputValue,
  weights: SQLOutputValue,
): number | null {
  const weightOf = v.parse(NumbersSchema, weights);
  const weighted = v
    .parse(NumbersSchema, values)
    .map((value, index) => ({ value, weight: weightOf[index] ?? 0 }))
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => left.value - right.value);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const { value, weight } of weighted) {
    reached += weight;
    if (reached >= Math.ceil(total * Number(share))) return value;
  }
  return null;
}
