import type { ElementTypeName } from '../../../../../import/tflite/tensors/element_types.ts';
import type { Fields } from '../../../../fixtures/models/flatbuffer.ts';
import type { FileGraph, FileTensor } from '../../../../fixtures/models/tflite_model.ts';

export interface CaseTensor {
  readonly type: ElementTypeName;
  readonly shape: readonly number[];
  readonly signature?: readonly number[];
  readonly values: readonly (number | string)[];
  readonly scale?: number;
  readonly zero?: number;
  /** In the file; others are in the request. */
  readonly isConstant?: boolean;
  /** A state, whose values the file does not have. */
  readonly isVariable?: boolean;
}

/** One operation with what it is given and what it gives. */
export interface OperatorCase {
  readonly op: string;
  /** What is particular to it. */
  readonly about?: string;
  readonly options?: readonly [name: string, fields: Fields];
  readonly custom?: Uint8Array;
  /** undefined for one that is left out. */
  readonly inputs: readonly (CaseTensor | undefined)[];
  readonly outputs: readonly CaseTensor[];
  /** Of the operation itself; their values do not matter. */
  readonly intermediates?: readonly CaseTensor[];
  /** Further graphs, from 1 on. */
  readonly graphs?: readonly FileGraph[];
  /** How far the values may be off; 1e-5 of the largest for floats, and 0 for integers. */
  readonly tolerance?: number;
}

export const floats = (shape: readonly number[], values: readonly number[]): CaseTensor => ({
  type: 'FLOAT32',
  shape,
  values,
});

export const integers = (shape: readonly number[], values: readonly number[]): CaseTensor => ({
  type: 'INT32',
  shape,
  values,
});

export const truths = (shape: readonly number[], values: readonly number[]): CaseTensor => ({
  type: 'BOOL',
  shape,
  values,
});

export const texts = (shape: readonly number[], values: readonly string[]): CaseTensor => ({
  type: 'STRING',
  shape,
  values,
});

/** Integers of eight bits that stand for floats. */
export const codes =
  (scale: number, zero: number, type: 'INT8' | 'UINT8' | 'INT16' = 'INT8') =>
  (shape: readonly number[], values: readonly number[]): CaseTensor => ({
    type,
    shape,
    values,
    scale,
    zero,
  });

export const constant = (tensor: CaseTensor): CaseTensor => ({ ...tensor, isConstant: true });

export const state = (
  shape: readonly number[],
  type: ElementTypeName = 'FLOAT32',
  scale?: number,
  zero = 0,
): CaseTensor => ({
  type,
  shape,
  values: [],
  isVariable: true,
  ...(scale === undefined ? {} : { scale, zero }),
});

/** A model of one operation, whose inputs are `x0` and so on, and its outputs `y0` and so on. */
export function graphOf({
  op,
  options,
  custom,
  inputs,
  outputs,
  intermediates = [],
}: OperatorCase): FileGraph {
  const given = inputs.flatMap((tensor, index) =>
    tensor === undefined ? [] : [{ tensor, name: `x${index}` }],
  );
  const tensors = [
    ...given,
    ...outputs.map((tensor, index) => ({ tensor, name: `y${index}` })),
    ...intermediates.map((tensor, index) => ({ tensor, name: `z${index}` })),
  ];
  const indexOf = (name: string): number => tensors.findIndex((each) => each.name === name);
  return {
    tensors: tensors.map(
      ({ tensor: { values, isConstant, ...tensor }, name }): FileTensor => ({
        ...tensor,
        name,
        ...(isConstant ? { values } : {}),
      }),
    ),
    inputs: given
      .filter(({ tensor }) => !tensor.isConstant && !tensor.isVariable)
      .map(({ name }) => indexOf(name)),
    outputs: outputs.map((_, index) => indexOf(`y${index}`)),
    operators: [
      {
        op,
        version: 1,
        inputs: inputs.map((_, index) => indexOf(`x${index}`)),
        outputs: outputs.map((_, index) => indexOf(`y${index}`)),
        intermediates: intermediates.map((_, index) => indexOf(`z${index}`)),
        ...(options === undefined ? {} : { options }),
        ...(custom === undefined ? {} : { custom }),
      },
    ],
  };
}
