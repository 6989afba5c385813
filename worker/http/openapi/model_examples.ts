import { DEFAULT_SIGNATURE } from '../../model/default_signature.ts';
import type { DataType } from '../../model/dtype.ts';
import { elementCount } from '../../model/tensor.ts';
import { concrete, exampleSignature, VALUES } from '../index_page/example_request.ts';
import type { IndexedModel } from '../index_page/model_index.ts';
import { DATATYPE_OF_DTYPE } from '../open_inference/datatype.ts';
import type { Examples } from './operation.ts';
import type { PathExamples } from './targets.ts';

/** A model as the document shows it. */
export type ShownModel = Pick<IndexedModel, 'name' | 'version' | 'signatures' | 'example'>;

/** The requests that the document shows, each by the name of its model. */
export interface DocumentExamples extends PathExamples {
  readonly predict: Examples;
  readonly classify: Examples;
  readonly regress: Examples;
  readonly infer: Examples;
}

/** Sample models, for the document that is the same on every server. */
export const SAMPLES: readonly ShownModel[] = [
  {
    name: 'half_plus_two',
    version: '1.0.0',
    signatures: {
      serving_default: {
        inputs: { x: { dtype: 'float32', shape: [-1] } },
        outputs: { y: { dtype: 'float32', shape: [-1] } },
      },
    },
    example: { kind: 'json', path: '/v1/models/half_plus_two:predict', body: '{"instances":[0]}' },
  },
  {
    name: 'iris',
    version: '1.0.0',
    signatures: {
      serving_default: {
        inputs: { centimetres: { dtype: 'float32', shape: [-1, 4] } },
        outputs: { probabilities: { dtype: 'float32', shape: [-1, 3] } },
      },
    },
    example: { kind: 'json', path: '/v1/models/iris:predict', body: '{"instances":[[0,0,0,0]]}' },
  },
];

/** Makes example requests for models. A model that needs an image, or a long request, has only its name. */
export function documentExamples(models: readonly ShownModel[]): DocumentExamples {
  const byModel = (make: (model: ShownModel) => unknown): Examples =>
    Object.fromEntries(
      models.flatMap((model) => {
        const value = make(model);
        return value === undefined ? [] : [[model.name, { value }]];
      }),
    );
  return {
    models: byModel(({ name }) => name),
    versions: byModel(({ version }) => version),
    predict: byModel(({ example }) => (example?.kind === 'json' ? JSON.parse(example.body) : undefined)),
    classify: byModel((model) => featuresFor('classify', model)),
    regress: byModel((model) => featuresFor('regress', model)),
    infer: byModel(inferenceRequest),
  };
}

function inferenceRequest({ signatures, example }: ShownModel): object | undefined {
  const [name, signature] = exampleSignature(signatures) ?? [];
  if (signature === undefined || example?.kind !== 'json') return undefined;
  return {
    ...(name !== DEFAULT_SIGNATURE && { parameters: { signature_name: name } }),
    inputs: Object.entries(signature.inputs).map(([input, { dtype, shape }]) => {
      const sizes = concrete(shape);
      const data = Array.from({ length: elementCount(sizes) }, () => VALUES[dtype]);
      return { name: input, shape: sizes, datatype: DATATYPE_OF_DTYPE[dtype], data };
    }),
  };
}

/** A number without a point is an integer feature, which a float input refuses. */
const FEATURES: Readonly<Record<DataType, unknown>> = {
  float32: 0.5,
  int32: 1,
  bool: undefined,
  string: 'text',
};

/** Makes an example of features for a signature with one output, if that has the method's shape. */
function featuresFor(
  method: 'classify' | 'regress',
  { signatures, example }: ShownModel,
): object | undefined {
  const [name, signature] = exampleSignature(signatures) ?? [];
  if (signature === undefined || example?.kind !== 'json') return undefined;
  const [output, ...others] = Object.values(signature.outputs);
  if (output === undefined || others.length > 0 || output.dtype !== 'float32') return undefined;
  const scores = output.shape?.slice(1);
  const isNumber = scores?.length === 0 || (scores?.length === 1 && scores[0] === 1);
  if (scores === undefined || scores.length > 1 || isNumber !== (method === 'regress')) return undefined;
  const features = Object.entries(signature.inputs).map(([input, { dtype, shape }]): [string, unknown] => {
    const [, ...sizes] = concrete(shape);
    const value = FEATURES[dtype];
    const isFeature = shape?.[0] === -1 && sizes.length < 2;
    const list = sizes.length === 0 ? value : Array.from({ length: elementCount(sizes) }, () => value);
    return [input, isFeature ? list : undefined];
  });
  if (features.some(([, value]) => value === undefined)) return undefined;
  return {
    ...(name !== DEFAULT_SIGNATURE && { signature_name: name }),
    examples: [Object.fromEntries(features)],
  };
}
