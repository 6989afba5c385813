import { listedNames } from '../http/listed_names.ts';
import type { MemoryShare } from '../http/memory/memory_share.ts';
import { MEMORY_STATUS } from '../http/memory/request_memory.ts';
import { signatureName } from '../model/default_signature.ts';
import type { Signature } from '../model/signature.ts';
import type { ServableView } from '../serving/api.ts';
import type { OutputTensor, Refused } from './api.ts';
import { decodeInputs } from './decode_inputs.ts';

/** What a caller asks of a version. */
export interface Prediction {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly signature: string | undefined;
  readonly outputs: readonly string[] | undefined;
}

export type Computed =
  | {
      readonly ok: true;
      readonly outputs: Readonly<Record<string, OutputTensor>>;
      /** The size of the batch. */
      readonly examples: number;
    }
  | Refused;

/** Computes a prediction with one version. It has no side effects, so that another version can repeat it. */
export async function predict(
  servable: ServableView,
  { inputs, signature: name, outputs: names }: Prediction,
  share: MemoryShare,
): Promise<Computed> {
  share.beginComputation();
  const { model, version } = servable;
  const signature = signatureOf(servable, name);
  if ('message' in signature) return signature;
  const unknown = names?.find((output) => !Object.hasOwn(signature.outputs, output));
  if (unknown !== undefined) {
    const known = listedNames(Object.keys(signature.outputs));
    return refused(400, `Version ${version} of model ${model} has no output "${unknown}"; it has ${known}`);
  }
  const decoded = decodeInputs(inputs, signature.inputs, model);
  if (decoded.kind === 'invalid') return refused(400, decoded.message);
  const refusal = share.takeTensors(decoded.inputs, 'The inputs');
  if (refusal !== undefined) return refused(MEMORY_STATUS[refusal.kind], refusal.message);

  const result = await servable.execute(signature, decoded.inputs, share.left);
  if (result.kind === 'failed') {
    const why = `could not compute these inputs: ${result.reason}`;
    return refused(400, `Version ${version} of model ${model} ${why}`);
  }

  const tooMuch = share.takeTensors(result.outputs, 'The outputs');
  if (tooMuch !== undefined) return refused(MEMORY_STATUS[tooMuch.kind], tooMuch.message);
  const wanted = [...result.outputs].filter(([output]) => names === undefined || names.includes(output));
  const [first] = decoded.inputs.values();
  return { ok: true, outputs: Object.fromEntries(wanted), examples: first?.shape[0] ?? 1 };
}

function signatureOf(
  { model, version, signatures, leftOut }: ServableView,
  asked: string | undefined,
): Signature | Refused {
  const names = Object.keys(signatures);
  const name = signatureName(names, asked, leftOut === undefined);
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (signature !== undefined) return signature;
  const why = `has no signature "${name}"; it has ${listedNames(names)}`;
  return refused(400, `Version ${version} of model ${model} ${why}`);
}

/** Messages quote names of the caller, whose length is not limited. */
const LONGEST_MESSAGE = 500;

export function refused(status: number, message: string): Refused {
  return { ok: false, status, message: message.slice(0, LONGEST_MESSAGE).toWellFormed() };
}
