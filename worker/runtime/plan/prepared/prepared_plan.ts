import * as v from 'valibot';
import { MAX_RANK } from '../../../model/tensor.ts';

const MOST_RANGES = 20_000;
const MOST_STEPS = 10_000;
const MOST_TENSORS = 256;
const LONGEST_NAME = 1000;
const LONGEST_LIST = 4096;

const IntegerSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const NameSchema = v.pipe(v.string(), v.maxLength(LONGEST_NAME));
const ShapeSchema = v.pipe(v.array(IntegerSchema), v.maxLength(MAX_RANK));
const DtypeSchema = v.picklist(['float32', 'int32', 'bool']);

const MatrixEntries = { weight: NameSchema, k: IntegerSchema, n: IntegerSchema, transposed: v.boolean() };

/** A range of memory that does not change while the plan runs. */
const ConstantSchema = v.variant('kind', [
  /** The elements of a weight. */
  v.strictObject({ kind: v.literal('elements'), weight: NameSchema }),
  /** The panels of a weight that is packed as a matrix [k, n]. */
  v.strictObject({ kind: v.literal('panels'), ...MatrixEntries }),
  /** The scales and offsets of a weight that is packed and quantized. */
  v.strictObject({ kind: v.literal('vectors'), ...MatrixEntries }),
  /** Bytes behind the JSON. The ranges of this kind follow one another. */
  v.strictObject({ kind: v.literal('bytes'), bytes: IntegerSchema }),
  /** Memory that the preparation fills. */
  v.strictObject({ kind: v.literal('made'), bytes: IntegerSchema }),
]);
export type PreparedConstant = v.InferOutput<typeof ConstantSchema>;

/**
 * A call of one of this project's WebAssembly functions: its name and its arguments. An address is two numbers, its range, or
 * -1 if the tensor is absent, and its offset. A float is the integer of its bits.
 */
const CallSchema = v.tupleWithRest([v.string()], v.number());
export type PreparedCall = v.InferOutput<typeof CallSchema>;

const ValueSchema = v.union([v.pipe(v.number(), v.finite()), v.boolean(), NameSchema]);

/** The attributes of a kernel of tfjs. */
export const PreparedAttributesSchema = v.record(
  NameSchema,
  v.union([ValueSchema, v.pipe(v.array(ValueSchema), v.maxLength(LONGEST_LIST))]),
);
export type PreparedAttributes = v.InferOutput<typeof PreparedAttributesSchema>;

const RangeTensorEntries = { range: IntegerSchema, shape: ShapeSchema, dtype: DtypeSchema };

/** A call of a kernel of tfjs. */
const KernelCallSchema = v.strictObject({
  kernel: NameSchema,
  isList: v.boolean(),
  inputs: v.pipe(
    v.array(v.strictObject({ name: NameSchema, ...RangeTensorEntries })),
    v.maxLength(MOST_TENSORS),
  ),
  attributes: v.exactOptional(PreparedAttributesSchema),
  outputs: v.pipe(v.array(v.strictObject(RangeTensorEntries)), v.maxLength(MOST_TENSORS)),
});
export type PreparedKernelCall = v.InferOutput<typeof KernelCallSchema>;

/**
 * A compiled plan for storage. Its memory is ranges, which have numbers: first the buffers, which a run writes, then the
 * constants. Nothing in it is an address.
 */
export const PreparedPlanSchema = v.strictObject({
  /** The bytes of each buffer. */
  buffers: v.pipe(v.array(IntegerSchema), v.maxLength(MOST_RANGES)),
  constants: v.pipe(v.array(ConstantSchema), v.maxLength(MOST_RANGES)),
  /** True if constants are copies of weights, which only make the plan faster. */
  hasCopies: v.boolean(),
  /** The calls that fill the memory of kind `made`, once. */
  preparation: v.pipe(v.array(CallSchema), v.maxLength(MOST_STEPS)),
  steps: v.pipe(v.array(v.union([CallSchema, KernelCallSchema])), v.maxLength(MOST_STEPS)),
  inputs: v.pipe(
    v.array(v.strictObject({ name: NameSchema, buffer: IntegerSchema })),
    v.maxLength(MOST_TENSORS),
  ),
  /** Each is in a buffer, or stored if it does not depend on the values of the inputs. */
  outputs: v.pipe(
    v.array(v.strictObject({ name: NameSchema, ...RangeTensorEntries })),
    v.maxLength(MOST_TENSORS),
  ),
});
export type PreparedPlan = v.InferOutput<typeof PreparedPlanSchema>;
