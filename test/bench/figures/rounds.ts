import { processorTime } from '../processor_time.ts';

/** The figures of each round, by engine. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/** A figure by wall time, and by the processor time of the engine's process. */
export interface TimedRounds {
  readonly wall: Rounds;
  /**
   * Undefined if the system does not report all engines. On an idle machine with one busy thread it equals wall time.
   * On a busy machine it is the figure to use.
   */
  readonly processor?: Rounds;
}

export interface Timed {
  /** The figure by wall time. */
  readonly figure: number;
  /** The figure for a given number of milliseconds. */
  readonly of: (milliseconds: number) => number;
}

/**
 * Measures the engines in turn, round after round, so that other work of the machine affects all of them. Every other
 * round runs in reverse, so that no engine always follows the same one.
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

/** The same, with the processor time of each subject's process. */
export async function inTimedRounds<Subject extends { readonly processId: number | undefined }>(
  subjects: ReadonlyMap<string, Subject>,
  rounds: number,
  measure: (subject: Subject, engine: string) => Promise<Timed>,
): Promise<TimedRounds> {
  const processor = new Map<string, number[]>([...subjects].map(([engine]) => [engine, []]));
  const wall = await inRounds(subjects, rounds, async (subject, engine) => {
    const { processId } = subject;
    const before = processId && (await processorTime(processId));
    const { figure, of } = await measure(subject, engine);
    const after = processId && (await processorTime(processId));
    if (before !== undefined && after !== undefined) processor.get(engine)?.push(of(after - before));
    return figure;
  });
  const isTold = [...processor.values()].every(({ length }) => length === rounds);
  return isTold ? { wall, processor } : { wall };
}

/** The rounds that comparisons use. */
export function comparable({ wall, processor }: TimedRounds): Rounds {
  return processor ?? wall;
}
