import { isAddressRole, type KernelName, parametersOf } from '../../kernels/kernel_functions.ts';
import { SIGNATURES } from '../../kernels/kernel_signatures.ts';
import { type Address, type FunctionStep, functionStep } from '../ir/function_step.ts';
import { floatOfInteger } from './float_bits.ts';
import type { PreparedCall } from './prepared_plan.ts';

/** The parameter that says if the processor has an instruction, which an isolate finds out itself. */
const OF_THE_PROCESSOR = 'fused';

/**
 * Reads a call. The numbers of its arguments are not checked, and its places are numbers of ranges.
 *
 * @param hasFusedDot 1 if the processor has the instruction: see assembly/integers/dot.ts
 * @returns undefined if it is a call of no function, or has other arguments than the function
 */
export function readCall([name, ...numbers]: PreparedCall, hasFusedDot: number): FunctionStep | undefined {
  if (!isKernelName(name)) return undefined;
  const given: Record<string, Address> = {};
  let at = 0;
  const next = (): number => numbers[at++] ?? Number.NaN;
  for (const [parameter, type] of parametersOf(name)) {
    const number = next();
    if (!Number.isInteger(number) || Math.abs(number) > 2 ** 31) return undefined;
    if (isAddressRole(type)) {
      const offset = next();
      if (!Number.isInteger(offset) || offset < 0) return undefined;
      given[parameter] = number === -1 ? 0 : { buffer: number, offset };
    } else if (type === 'f32') given[parameter] = floatOfInteger(number);
    else given[parameter] = parameter === OF_THE_PROCESSOR ? hasFusedDot : number;
  }
  return at === numbers.length ? functionStep(name, given) : undefined;
}

function isKernelName(name: string): name is KernelName {
  return Object.hasOwn(SIGNATURES, name);
}
