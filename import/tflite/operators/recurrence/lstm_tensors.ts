import { knownSize, type OperatorCall } from '../../conversion/operator_call.ts';
import { refuse, refuseMalformed } from '../../conversion/refusal.ts';
import type { TfliteTensor } from '../../tensors/tflite_tensor.ts';

/** An LSTM has at most so many cells. */
const MOST_CELLS = 2 ** 16;

/** The weights of one gate, for each of its cells. */
export interface Gate {
  /** [cells, inputs] */
  readonly weights: TfliteTensor;
  /** [cells, outputs] */
  readonly recurrent: TfliteTensor;
  /** What it takes of the state of the cell: [cells] */
  readonly peephole: TfliteTensor | undefined;
  readonly bias: TfliteTensor | undefined;
  /** The coefficients of a layer normalization. */
  readonly norm: TfliteTensor | undefined;
}

export interface LstmTensors {
  /** Without it, what does not stay of the cell enters. */
  readonly input: Gate | undefined;
  readonly forget: Gate;
  readonly cell: Gate;
  readonly output: Gate;
  /** [outputs, cells] */
  readonly projection: TfliteTensor | undefined;
  readonly projectionBias: TfliteTensor | undefined;
  readonly cells: number;
  readonly outputs: number;
}

/** Where the tensors begin among the inputs of an operation. */
interface Places {
  readonly first: number;
  /** The coefficients of layer normalizations. */
  readonly norms?: number;
}

/** The tensors of one direction, in the order that all operations with LSTMs have. */
export function readLstmTensors({ inputs }: OperatorCall, { first, norms }: Places): LstmTensors {
  const at = (index: number) => inputs[first + index];
  const gate = (index: number): Gate | undefined => {
    const [weights, recurrent] = [at(index), at(index + 4)];
    if (weights === undefined || recurrent === undefined) return undefined;
    if (recurrent.shape.length !== 2) refuse('has recurrent weights that are the diagonals of matrices');
    // There is no peephole to the gate that makes new values.
    const peephole = index === 2 ? undefined : at(index === 3 ? 10 : index + 8);
    const norm = norms === undefined ? undefined : inputs[norms + index];
    return { weights, recurrent, peephole, bias: at(index + 11), norm };
  };
  const required = (index: number): Gate => gate(index) ?? refuseMalformed('lacks weights of a gate');
  const output = required(3);
  const cells = knownSize(output.weights, 0, 'weights of known sizes');
  if (cells > MOST_CELLS) refuse(`has ${cells} cells`);
  return {
    input: gate(0),
    forget: required(1),
    cell: required(2),
    output,
    projection: at(15),
    projectionBias: at(16),
    cells,
    outputs: knownSize(output.recurrent, 1, 'weights of known sizes'),
  };
}

/** The gates in the order in which their weights are put beside each other. */
export function gatesOf({ input, forget, cell, output }: LstmTensors): Gate[] {
  return input === undefined ? [forget, cell, output] : [input, forget, cell, output];
}
