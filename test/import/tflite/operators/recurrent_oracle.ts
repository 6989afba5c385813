/** Rows of numbers. */
export type Matrix = readonly (readonly number[])[];

/** The weights of one gate; each row is for one cell. */
export interface OracleGate {
  readonly weights: Matrix;
  readonly recurrent: Matrix;
  readonly bias: readonly number[];
  readonly peephole?: readonly number[];
  readonly norm?: readonly number[];
}

export interface OracleLstm {
  /** Without it, the gate lets in what the forget gate does not keep. */
  readonly input?: OracleGate;
  readonly forget: OracleGate;
  readonly cell: OracleGate;
  readonly output: OracleGate;
  /** Each row is for one output. */
  readonly projection?: Matrix;
  readonly cellClip?: number;
}

const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
const times = (matrix: Matrix, vector: readonly number[]): number[] => matrix.map((row) => dot(row, vector));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The outputs for each step of one sequence, by the equations of Hochreiter, Gers (peepholes), Sak (projection) and Ba (norms). */
export function lstmOutputs(lstm: OracleLstm, sequence: Matrix): number[][] {
  const cells = lstm.cell.bias.length;
  let state = Array<number>(cells).fill(0);
  let h = Array<number>(lstm.cell.recurrent[0]?.length ?? 0).fill(0);
  return sequence.map((x) => {
    const sums = ({ weights, recurrent, bias, peephole, norm }: OracleGate, seen: readonly number[]) => {
      const [own, before] = [times(weights, x), times(recurrent, h)];
      const all = own.map(
        (sum, cell) => sum + (before[cell] ?? 0) + (peephole?.[cell] ?? 0) * (seen[cell] ?? 0),
      );
      const mean = all.reduce((total, sum) => total + sum, 0) / cells;
      const deviation = Math.sqrt(all.reduce((total, sum) => total + (sum - mean) ** 2, 0) / cells);
      return all.map((sum, cell) => {
        const scaled = norm === undefined ? sum : ((sum - mean) / deviation) * (norm[cell] ?? 0);
        return scaled + (bias[cell] ?? 0);
      });
    };
    const stays = sums(lstm.forget, state).map(sigmoid);
    const enters =
      lstm.input === undefined ? stays.map((share) => 1 - share) : sums(lstm.input, state).map(sigmoid);
    const fresh = sums(lstm.cell, state).map(Math.tanh);
    const limit = lstm.cellClip ?? Number.POSITIVE_INFINITY;
    state = state.map((value, cell) => {
      const next = (stays[cell] ?? 0) * value + (enters[cell] ?? 0) * (fresh[cell] ?? 0);
      return Math.max(-limit, Math.min(limit, next));
    });
    const opens = sums(lstm.output, state).map(sigmoid);
    const shown = opens.map((share, cell) => share * Math.tanh(state[cell] ?? 0));
    h = lstm.projection === undefined ? shown : times(lstm.projection, shown);
    return h;
  });
}

/** The outputs of a simple recurrent cell with RELU. */
export function rnnOutputs({ weights, recurrent, bias }: OracleGate, sequence: Matrix): number[][] {
  let h = bias.map(() => 0);
  return sequence.map((x) => {
    const [own, before] = [times(weights, x), times(recurrent, h)];
    h = own.map((sum, unit) => Math.max(0, sum + (before[unit] ?? 0) + (bias[unit] ?? 0)));
    return h;
  });
}
