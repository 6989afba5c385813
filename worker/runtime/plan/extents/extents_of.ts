import type { KernelName } from '../../kernels/kernel_functions.ts';
import type { KernelFunctions } from '../../kernels/kernel_signatures.ts';
import type { StepOf } from '../ir/function_step.ts';
import type { Extent, ExtentRule } from './extent.ts';
import { EXTENT_RULES } from './extent_rules.ts';

/**
 * Returns the extent of each address of a call by its parameter.
 *
 * @returns undefined if a plan cannot have such a call
 */
export function extentsOf<Name extends KernelName>(
  { name, arguments: given }: StepOf<Name>,
  functions: KernelFunctions,
): Readonly<Record<string, Extent>> | undefined {
  const rule: ExtentRule<Name> | undefined = EXTENT_RULES[name];
  return rule?.(given, functions);
}
