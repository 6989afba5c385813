import { json as arithmetic } from '@tensorflow/tfjs-converter/dist/operations/op_list/arithmetic.js';
import { json as basicMath } from '@tensorflow/tfjs-converter/dist/operations/op_list/basic_math.js';
import { json as control } from '@tensorflow/tfjs-converter/dist/operations/op_list/control.js';
import { json as convolution } from '@tensorflow/tfjs-converter/dist/operations/op_list/convolution.js';
import { json as creation } from '@tensorflow/tfjs-converter/dist/operations/op_list/creation.js';
import { json as dynamic } from '@tensorflow/tfjs-converter/dist/operations/op_list/dynamic.js';
import { json as evaluation } from '@tensorflow/tfjs-converter/dist/operations/op_list/evaluation.js';
import { json as graph } from '@tensorflow/tfjs-converter/dist/operations/op_list/graph.js';
import { json as hashTable } from '@tensorflow/tfjs-converter/dist/operations/op_list/hash_table.js';
import { json as image } from '@tensorflow/tfjs-converter/dist/operations/op_list/image.js';
import { json as logical } from '@tensorflow/tfjs-converter/dist/operations/op_list/logical.js';
import { json as matrices } from '@tensorflow/tfjs-converter/dist/operations/op_list/matrices.js';
import { json as normalization } from '@tensorflow/tfjs-converter/dist/operations/op_list/normalization.js';
import { json as reduction } from '@tensorflow/tfjs-converter/dist/operations/op_list/reduction.js';
import { json as sliceJoin } from '@tensorflow/tfjs-converter/dist/operations/op_list/slice_join.js';
import { json as sparse } from '@tensorflow/tfjs-converter/dist/operations/op_list/sparse.js';
import { json as spectral } from '@tensorflow/tfjs-converter/dist/operations/op_list/spectral.js';
import { json as text } from '@tensorflow/tfjs-converter/dist/operations/op_list/string.js';
import { json as transformation } from '@tensorflow/tfjs-converter/dist/operations/op_list/transformation.js';
import { ADDED_OPERATIONS } from './added_operations.ts';

interface ListedOperation {
  readonly tfOpName: string;
}

/** By tfjs-converter's own groups, which its OperationMapper knows. */
const TFJS_GROUPS: Readonly<Record<string, readonly ListedOperation[]>> = {
  Arithmetic: arithmetic,
  'Basic mathematics': basicMath,
  'Control flow': control,
  Convolution: convolution,
  Creation: creation,
  Dynamic: dynamic,
  Evaluation: evaluation,
  Graph: graph,
  'Hash tables': hashTable,
  Images: image,
  Logic: logical,
  Matrices: matrices,
  Normalization: normalization,
  Reduction: reduction,
  'Slices and joins': sliceJoin,
  Sparse: sparse,
  Spectral: spectral,
  Strings: text,
  Transformation: transformation,
};

/** The operations that are executed, by subject: those of tfjs-converter, and those that worker/runtime/operations/ adds. */
export const OPERATION_GROUPS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...new Set([...Object.keys(TFJS_GROUPS), ...Object.keys(ADDED_OPERATIONS)])]
    .sort()
    .map((group) => [
      group,
      [...(TFJS_GROUPS[group] ?? []).map(({ tfOpName }) => tfOpName), ...(ADDED_OPERATIONS[group] ?? [])],
    ]),
);

export const EXECUTED_OPERATIONS: ReadonlySet<string> = new Set(Object.values(OPERATION_GROUPS).flat());
