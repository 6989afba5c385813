import type { Signature } from '../../../../worker/model/signature.ts';
import type { NamedTensors } from '../../../../worker/model/tensor.ts';
import type {
  AnsweredBy,
  ExecutionResult,
  NotServed,
  ServableView,
  Serving,
  ServingTarget,
} from '../../../../worker/serving/api.ts';

export const SIGNATURES: Readonly<Record<string, Signature>> = {
  serving_default: {
    method: 'tensorflow/serving/predict',
    inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1] } },
    outputs: { y: { name: 'y:0', dtype: 'float32', shape: [-1] } },
  },
  total: {
    method: 'tensorflow/serving/predict',
    inputs: { x: { name: 'x:0', dtype: 'float32', shape: [-1] } },
    outputs: { total: { name: 'total:0', dtype: 'float32', shape: [] } },
  },
};

const LABELS: Readonly<Record<string, string>> = { stable: '1' };
const ADDENDS: Readonly<Record<string, number>> = { '1': 2, '2': 3 };
export const GENERATION = 7;

/** `y = x / 2 + addend` for the signature serving_default, the sum of x for `total`. */
function execute(version: string, signature: Signature, inputs: NamedTensors): ExecutionResult {
  const x = inputs.get('x');
  if (x?.dtype !== 'float32') return { kind: 'failed', reason: 'there is no x' };
  if (signature === SIGNATURES.total) {
    const total = x.values.reduce((sum, value) => sum + value, 0);
    return {
      kind: 'computed',
      outputs: new Map([['total', { dtype: 'float32', shape: [], values: Float32Array.of(total) }]]),
    };
  }
  const addend = ADDENDS[version] ?? 0;
  return {
    kind: 'computed',
    outputs: new Map([['y', { ...x, values: x.values.map((value) => value / 2 + addend) }]]),
  };
}

/** The model half_plus_two, in versions 1 and 2. `by` is added to what answers say of themselves. */
export function fakeServing(
  options: { readonly by?: Partial<AnsweredBy>; readonly execute?: ServableView['execute'] } = {},
): Serving & { readonly calls: string[] } {
  const calls: string[] = [];
  const chosen = ({ model, selector }: ServingTarget): { version: string } | NotServed => {
    if (model === 'broken') return { kind: 'unavailable', version: '3', reason: 'a blob is missing' };
    if (model !== 'half_plus_two') return { kind: 'unknown model' };
    switch (selector.kind) {
      case 'current':
        return { version: '2' };
      case 'version':
        return Object.hasOwn(ADDENDS, selector.version)
          ? { version: selector.version }
          : { kind: 'unknown version', version: selector.version };
      case 'label': {
        const version = LABELS[selector.label];
        return version === undefined ? { kind: 'unknown label', label: selector.label } : { version };
      }
    }
  };
  const by = (version: string): AnsweredBy => ({ version, generation: GENERATION, ...options.by });

  return {
    calls,
    async serve(target, compute) {
      calls.push('serve');
      const choice = chosen(target);
      if ('kind' in choice) return choice;
      const { version } = choice;
      const servable: ServableView = {
        model: target.model,
        version,
        signatures: SIGNATURES,
        execute: options.execute ?? ((signature, inputs) => execute(version, signature, inputs)),
      };
      // As a speculative computation and its repetition.
      await compute(servable);
      return { kind: 'served', answer: await compute(servable), by: by(version) };
    },
    async describe(target) {
      calls.push('describe');
      const choice = chosen(target);
      if ('kind' in choice) return choice;
      return {
        kind: 'described',
        format: 'tfjs-graph-model',
        signatures: SIGNATURES,
        by: by(choice.version),
      };
    },
    async status(target) {
      calls.push('status');
      const choice = chosen(target);
      if ('kind' in choice) return choice;
      const versions = Object.keys(ADDENDS).map((version) => ({ version, state: 'AVAILABLE' as const }));
      return { kind: 'status', versions, by: by(choice.version) };
    },
    models: async () => ['broken', 'half_plus_two'],
    versions: async () => Object.keys(ADDENDS),
  };
}
