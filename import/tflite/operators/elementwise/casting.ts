import { binary, cast } from '../../../builder/elementwise.ts';
import type { NodeBuilder } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import { asCodes, inFloat } from '../../conversion/entries.ts';
import { input, type Operator, type OperatorTable, output } from '../../conversion/operator_call.ts';
import { refuse } from '../../conversion/refusal.ts';
import { dataTypeOf, type ElementTypeName } from '../../tensors/element_types.ts';
import { followed, followedTensor } from '../../tensors/followed.ts';

/** The bits of the integers that are narrower than those with which they are computed. */
const NARROW_BITS: Partial<Record<ElementTypeName, number>> = { INT8: 8, UINT8: 8, INT16: 16, UINT16: 16 };
/** Numbers of these types would have to be rounded to fewer bits. */
const NARROW_FLOATS: ReadonlySet<ElementTypeName> = new Set(['FLOAT16', 'BFLOAT16', 'INT4']);

/** As C++ converts: floats lose their fraction, and integers the bits for which there is no place. */
const castOperator: Operator = (call) => {
  const { g } = call;
  const x = input(call, 0);
  const { type } = output(call, 0);
  const dtype = dataTypeOf(type);
  if (dtype === undefined || dtype === 'string') return refuse(`gives ${type}, to which nothing is cast`);
  if (type === x.type) return x;
  if (NARROW_FLOATS.has(type)) return refuse(`gives ${type}, to which numbers are not rounded`);
  if (dtype === 'bool') return binary(g, 'NotEqual', x, 0);
  const known = dtype === 'int32' && type !== 'UINT16' ? followed(x) : undefined;
  if (known !== undefined) return followedTensor(g, known, x.shape.length === 0);
  const bits = NARROW_BITS[type];
  if (bits === undefined) return cast(g, x, dtype);
  return cast(g, wrapped(g, cast(g, x, 'int32'), bits, type.startsWith('U')), dtype);
};

/** The lowest bits of integers. */
function wrapped(g: NodeBuilder, x: SymbolicTensor, bits: number, isUnsigned: boolean): SymbolicTensor {
  if (isUnsigned) return binary(g, 'BitwiseAnd', x, 2 ** bits - 1);
  return binary(g, 'RightShift', binary(g, 'LeftShift', x, 32 - bits), 32 - bits);
}

/** The number of boundaries that each element reaches. */
const bucketize: Operator = (call) => {
  const { g, options } = call;
  const x = input(call, 0);
  const boundaries = options.read('BucketizeOptions').boundaries ?? [];
  return g.node(
    'Bucketize',
    [x],
    { shape: x.shape, dtype: 'int32' },
    { boundaries: { list: { f: [...boundaries] } } },
  );
};

export const CASTING: OperatorTable = {
  BUCKETIZE: inFloat(bucketize),
  CAST: asCodes(castOperator),
  // Sparse constants are read as dense ones.
  DENSIFY: asCodes((call) => input(call, 0)),
};
