import { type Examples, pathParameter } from './operation.ts';

/** A way to select the version that a request is for. */
export interface Target {
  readonly suffix: string;
  /** The end of the operations' identifiers. */
  readonly id: string;
  readonly words: string;
  readonly parameters: readonly object[];
}

/** The names that the document shows as examples of a path's parameters. */
export interface PathExamples {
  readonly models: Examples;
  readonly versions: Examples;
}

/** The ways that both protocols have: the current version, and a version by its number. */
export function targets({ models, versions }: PathExamples): readonly [Target, Target] {
  const model = modelParameter(models);
  const version = pathParameter('version', 'MAJOR.MINOR.PATCH or an integer', versions);
  return [
    { suffix: '', id: '', words: 'the current version', parameters: [model] },
    { suffix: '/versions/{version}', id: 'Version', words: 'a version', parameters: [model, version] },
  ];
}

/** The way that only TensorFlow Serving's API has. */
export function labelTarget({ models }: PathExamples): Target {
  const label = pathParameter('label', 'A label of the model', { stable: { value: 'stable' } });
  return {
    suffix: '/labels/{label}',
    id: 'Label',
    words: 'the version with a label',
    parameters: [modelParameter(models), label],
  };
}

function modelParameter(models: Examples): object {
  return pathParameter('model', 'The name of a model', models);
}
