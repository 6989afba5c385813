import type { ImportProblem } from '../import_result.ts';

/**
 * What `Weight.read` throws where the values turn out not to be sound: a checksum that is wrong, an integer
 * that tfjs has no room for. They are looked at only when they are asked for, long after the graph was read.
 */
export class WeightError extends Error {
  readonly problem: ImportProblem;

  constructor(problem: ImportProblem) {
    super(problem.message);
    this.name = 'WeightError';
    this.problem = problem;
  }
}
