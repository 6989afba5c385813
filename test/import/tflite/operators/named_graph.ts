import type { FileGraph, FileOperator, FileTensor } from '../../../fixtures/models/tflite_model.ts';

/** A graph whose operations name their tensors; '' stands for an input that is left out. */
export interface NamedGraph {
  readonly tensors: Readonly<Record<string, Omit<FileTensor, 'name'>>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly operators: readonly (Omit<FileOperator, 'inputs' | 'outputs'> & {
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
  })[];
}

export function namedGraph({ tensors, inputs, outputs, operators }: NamedGraph): FileGraph {
  const names = Object.keys(tensors);
  const indices = (list: readonly string[]): number[] =>
    list.map((name) => {
      const index = names.indexOf(name);
      if (index < 0 && name !== '') throw new Error(`there is no tensor ${name}`);
      return index;
    });
  return {
    tensors: Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor })),
    inputs: indices(inputs),
    outputs: indices(outputs),
    operators: operators.map((operator) => ({
      ...operator,
      inputs: indices(operator.inputs),
      outputs: indices(operator.outputs),
    })),
  };
}
