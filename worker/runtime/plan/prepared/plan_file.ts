import * as v from 'valibot';
import { type PreparedPlan, PreparedPlanSchema } from './prepared_plan.ts';

/** The bytes before the JSON: its length, 32 bits, little-endian. */
const HEAD_BYTES = 4;

/** A prepared plan with the bytes of its constants, one behind the other. */
export interface PlanFile {
  readonly plan: PreparedPlan;
  readonly data: Uint8Array;
}

/** Writes a prepared plan: the length of its JSON, the JSON, and the bytes of its constants. */
export function writePlanFile({ plan, data }: PlanFile): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(plan));
  const bytes = new Uint8Array(HEAD_BYTES + json.length + data.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, HEAD_BYTES);
  bytes.set(data, HEAD_BYTES + json.length);
  return bytes;
}

/** Reads a prepared plan, or returns undefined if it is damaged. The data is a view of the bytes. */
export function readPlanFile(bytes: Uint8Array): PlanFile | undefined {
  if (bytes.length < HEAD_BYTES) return undefined;
  const end = HEAD_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (end > bytes.length) return undefined;
  const plan = v.safeParse(
    PreparedPlanSchema,
    parsed(new TextDecoder().decode(bytes.subarray(HEAD_BYTES, end))),
  );
  const data = bytes.subarray(end);
  return plan.success && dataBytes(plan.output) === data.length ? { plan: plan.output, data } : undefined;
}

function dataBytes({ constants }: PreparedPlan): number {
  return constants.reduce((sum, constant) => sum + (constant.kind === 'bytes' ? constant.bytes : 0), 0);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
