import * as v from 'valibot';
import { graphTypeName } from './dtype_mapping.ts';
import type { GraphFunction, GraphNode, NodeAttribute } from './graph.ts';

/** These have two forms, since tfjs's JSON has two dialects: that of protocol buffers and its own. */
const IntegerSchema = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const TypeSchema = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform((type) => graphTypeName(type)),
);
const BytesSchema = v.pipe(
  v.union([v.string(), v.array(v.number())]),
  v.transform((text) => (typeof text === 'string' ? text : Buffer.from(text).toString('base64'))),
);
const FloatSchema = v.pipe(
  v.union([v.number(), v.picklist(['NaN', 'Infinity', '-Infinity'])]),
  v.transform(Number),
);

const ShapeSchema = v.pipe(
  v.object({
    dim: v.nullish(v.array(v.object({ size: v.nullish(IntegerSchema, '-1') }))),
    unknownRank: v.nullish(v.boolean()),
  }),
  v.transform(({ dim, unknownRank }) =>
    unknownRank ? { unknownRank } : { dim: (dim ?? []).map(({ size }) => ({ size })) },
  ),
);
const FunctionNameSchema = v.pipe(
  v.object({ name: v.string() }),
  v.transform(({ name }) => ({ name })),
);

const ListSchema = v.pipe(
  v.object({
    b: v.nullish(v.array(v.boolean())),
    i: v.nullish(v.array(IntegerSchema)),
    f: v.nullish(v.array(FloatSchema)),
    s: v.nullish(v.array(BytesSchema)),
    type: v.nullish(v.array(TypeSchema)),
    shape: v.nullish(v.array(ShapeSchema)),
    func: v.nullish(v.array(FunctionNameSchema)),
  }),
  v.transform(({ b, i, f, s, type, shape, func }) => ({
    ...(b ? { b } : {}),
    ...(i ? { i } : {}),
    ...(f ? { f } : {}),
    ...(s ? { s } : {}),
    ...(type ? { type } : {}),
    ...(shape ? { shape } : {}),
    ...(func ? { func } : {}),
  })),
);

const AttributeSchema = v.pipe(
  v.object({
    b: v.nullish(v.boolean()),
    i: v.nullish(IntegerSchema),
    f: v.nullish(FloatSchema),
    s: v.nullish(BytesSchema),
    type: v.nullish(TypeSchema),
    shape: v.nullish(ShapeSchema),
    func: v.nullish(FunctionNameSchema),
    list: v.nullish(ListSchema),
  }),
  v.transform(
    ({ b, i, f, s, type, shape, func, list }): NodeAttribute => ({
      ...(b != null ? { b } : {}),
      ...(i != null ? { i } : {}),
      ...(f != null ? { f } : {}),
      ...(s != null ? { s } : {}),
      ...(type != null ? { type } : {}),
      ...(shape ? { shape } : {}),
      ...(func ? { func } : {}),
      ...(list ? { list } : {}),
    }),
  ),
);

/** Reads a node of tfjs's files in either dialect. It drops the values of constants, which are among the weights. */
export const NodeSchema = v.pipe(
  v.object({
    name: v.pipe(v.string(), v.nonEmpty('is empty')),
    op: v.string(),
    input: v.nullish(v.array(v.string()), []),
    attr: v.nullish(v.record(v.string(), v.nullish(AttributeSchema, {})), {}),
  }),
  v.transform(({ name, op, input, attr }): GraphNode => {
    const { value, ...others } = attr;
    return { name, op, input, attr: op === 'Const' || value === undefined ? others : attr };
  }),
);

const ArgumentSchema = v.pipe(
  v.object({ name: v.string(), type: v.nullish(TypeSchema, 'DT_INVALID') }),
  v.transform(({ name, type }) => ({ name, type })),
);

/** Reads a function of a graph's library. */
export const FunctionSchema = v.pipe(
  v.object({
    signature: v.object({
      name: v.string(),
      inputArg: v.nullish(v.array(ArgumentSchema), []),
      outputArg: v.nullish(v.array(ArgumentSchema), []),
    }),
    nodeDef: v.nullish(v.array(NodeSchema), []),
    ret: v.nullish(v.record(v.string(), v.string()), {}),
  }),
  v.transform(
    ({ signature: { name, inputArg, outputArg }, nodeDef, ret }): GraphFunction => ({
      name,
      inputs: inputArg,
      outputs: outputArg,
      nodes: nodeDef,
      results: ret,
    }),
  ),
);
