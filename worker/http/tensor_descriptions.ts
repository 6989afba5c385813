import type { TensorInfo } from '../model/signature.ts';

/** What a client needs to know of an input or an output. */
export interface TensorDescription {
  readonly dtype: TensorInfo['dtype'];
  readonly shape: TensorInfo['shape'];
  readonly classes?: readonly string[];
  /** The least and the largest value that an input takes, if these are not all of its dtype. */
  readonly range?: readonly [least: number, largest: number];
}

/** Describes the inputs or the outputs of a signature, without the model's own names. */
export function tensorDescriptions(
  infos: Readonly<Record<string, TensorInfo>>,
): Record<string, TensorDescription> {
  return Object.fromEntries(
    Object.entries(infos).map(([name, { dtype, shape, classes, range }]) => [
      name,
      { dtype, shape, ...(classes && { classes }), ...(range && { range }) },
    ]),
  );
}
