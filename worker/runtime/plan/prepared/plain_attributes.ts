import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { type PreparedAttributes, PreparedAttributesSchema } from './prepared_plan.ts';

/** Returns a kernel's attributes as JSON keeps them, without those that are not set, or undefined if it does not. */
export function plainAttributes(attributes: NamedAttrMap): PreparedAttributes | undefined {
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
  const checked = v.safeParse(PreparedAttributesSchema, given);
  return checked.success ? checked.output : undefined;
}
