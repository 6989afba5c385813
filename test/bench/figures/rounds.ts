/** What was measured in each round, by engine. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/**
 * Measures the engines in turn, round after round, so that what the machine does meanwhile touches all of them.
 * Every other round goes backwards: no engine always follows the same one.
 */
export async function inRounds<Subject>(
  subjects: ReadonlyMap<string, Subject>,
  rounds: number,
  measure: (subject: Subject, engine: string) => Promise<number>,
): Promise<Rounds> {
  const order = [...subjects];
  const figures = new Map<string, number[]>(order.map(([engine]) => [engine, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [engine, subject] of round % 2 === 0 ? order : order.toReversed()) {
      figures.get(engine)?.push(await measure(subject, engine));
    }
  }
  return figures;
}
