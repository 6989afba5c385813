import { FLOAT16_LIMIT } from '../../../../worker/model/float16.ts';
import { binary, cast, clip, multiply, select, subtract, unary } from '../../../builder/elementwise.ts';
import { type NodeBuilder, typeValue } from '../../../builder/node_builder.ts';
import type { SymbolicTensor } from '../../../builder/symbolic_tensor.ts';
import type { NodeAttribute } from '../../../graph/graph.ts';
import {
  input,
  type Operator,
  type OperatorCall,
  type OperatorTable,
} from '../../conversion/operator_call.ts';
import {
  dataTypeOf,
  type ElementTypeName,
  integerRange,
  isFloating,
  isInteger,
  packedBits,
} from '../../values/element_types.ts';
import { elementsTensor, followed, isFollowed } from '../../values/elements.ts';
import { type OnnxTensor, typed } from '../../values/onnx_tensor.ts';
import { refuse, refuseMalformed } from '../../values/refusal.ts';
import { wrapped } from '../elementwise/integers.ts';
import { typeOfNumber } from './creation.ts';

/** The bits of the fraction that the narrow types of floats keep, with the leading one. */
const PRECISION: Partial<Record<ElementTypeName, number>> = { BFLOAT16: 8, FLOAT16: 11 };

/** Converts the elements to another type. */
function castElements(call: OperatorCall, x: OnnxTensor, type: ElementTypeName): OnnxTensor {
  const { g } = call;
  if (x.type === type) return x;
  const known = isFollowed(type) ? followed(x) : undefined;
  if (known !== undefined) return elementsTensor(g, known, type, x.shape.length === 0);
  if (x.type === 'STRING') return typed(cast(g, fromText(g, x), dataTypeOf(type)), type);
  if (type === 'STRING') return toText(call, x);
  if (type === 'BOOL') return typed(binary(g, 'NotEqual', x, 0), 'BOOL', x.elements?.map(truth));
  const range = packedBits(type) === undefined ? undefined : integerRange(type);
  if (range !== undefined && isFloating(x.type)) {
    // What is beyond the few integers of the type is the nearest of them.
    return typed(cast(g, clip(g, x, ...range), 'int32'), type);
  }
  const result = cast(g, x, dataTypeOf(type));
  const bits = PRECISION[type];
  if (bits !== undefined && x.type !== 'BFLOAT16') {
    const near = rounded(call, result, bits);
    return typed(type === 'FLOAT16' ? withinHalf(call, near) : near, type);
  }
  return isInteger(type) ? wrapped(g, result, type) : typed(result, type, x.elements);
}

const truth = (element: number | SymbolicTensor) =>
  element === 0 ? 0 : typeof element === 'number' ? 1 : element;

/** The largest multiple is below the largest float32. */
const LARGEST_ROUNDED = 2 ** 110;

/**
 * Rounds floats to fewer bits, by Veltkamp's splitting: the sum with a large multiple of the number leaves only its
 * leading bits.
 */
function rounded({ g }: OperatorCall, x: SymbolicTensor, bits: number): SymbolicTensor {
  const multiple = multiply(g, x, 2 ** (24 - bits) + 1);
  const near = subtract(g, multiple, subtract(g, multiple, x));
  // The multiple of a number near the largest one, or of infinity, is infinite.
  return select(g, binary(g, 'Less', unary(g, 'Abs', x), LARGEST_ROUNDED), near, x);
}

/** Beyond the range of half precision, numbers are infinite. */
function withinHalf({ g }: OperatorCall, x: SymbolicTensor): SymbolicTensor {
  const infinite = multiply(g, unary(g, 'Sign', x), Number.POSITIVE_INFINITY);
  return select(g, binary(g, 'GreaterEqual', unary(g, 'Abs', x), FLOAT16_LIMIT), infinite, x);
}

function fromText(g: NodeBuilder, x: SymbolicTensor): SymbolicTensor {
  return g.node(
    'StringToNumber',
    [x],
    { shape: x.shape, dtype: 'float32' },
    { out_type: typeValue('float32') },
  );
}

/** The digits that tell all floats of single precision apart, and fewer of them that may suffice. */
const DIGITS = [9, 8, 7, 6] as const;

/** Floats have the fewest digits from which they are read again. */
function toText({ g }: OperatorCall, x: OnnxTensor): OnnxTensor {
  const written = (attributes: Readonly<Record<string, NodeAttribute>>) =>
    g.node('AsString', [x], { shape: x.shape, dtype: 'string' }, attributes);
  if (!isFloating(x.type)) return typed(written({}), 'STRING');
  if (x.type === 'DOUBLE')
    refuse('writes numbers of double precision as texts, of which single precision is computed');
  const [longest, ...shorter] = DIGITS.map((digits) =>
    written({ precision: { i: String(digits) }, shortest: { b: true } }),
  );
  if (longest === undefined) throw new Error('there are several');
  const text = shorter.reduce(
    (rest, each) => select(g, binary(g, 'Equal', fromText(g, each), x), each, rest),
    longest,
  );
  return typed(text, 'STRING');
}

const castOperator: Operator = (call) => {
  // It concerns types of eight bits, which are not computed.
  call.attributes.ignore('saturate', 'round_mode');
  const to = call.attributes.integer('to');
  if (to === undefined) refuseMalformed('does not say the type to cast to');
  return castElements(call, input(call, 0), typeOfNumber(to));
};

const castLike: Operator = (call) => {
  call.attributes.ignore('saturate', 'round_mode');
  return castElements(call, input(call, 0), input(call, 1).type);
};

export const CASTING: OperatorTable = { Cast: castOperator, CastLike: castLike };
