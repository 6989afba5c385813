import {
  type AddressRole,
  isAddressRole,
  type KernelName,
  type Parameter,
  type ParameterType,
  parametersOf,
} from '../../kernels/kernel_functions.ts';
import type { Access, BufferId, Place } from './buffers.ts';

/** An address argument: a position in a buffer, or a number if it never changes. 0 for an absent tensor. */
export type Address = number | Place;

/** The arguments of a kernel by parameter. For several kernels, those that all of them have. */
export type Arguments<Name extends KernelName> = {
  readonly [Of in Parameter<Name>]: ParameterType<Name, Of> extends AddressRole ? Address : number;
};

/** A call of a kernel. Its arguments determine what it reads and writes. */
export interface StepOf<Name extends KernelName> extends Access {
  readonly kind: 'function';
  readonly name: Name;
  readonly arguments: Arguments<Name>;
}

/** A call of one of this project's WebAssembly functions. The name determines the arguments. */
export type FunctionStep<Name extends KernelName = KernelName> = { [One in Name]: StepOf<One> }[Name];

/**
 * Makes a call of a kernel.
 *
 * @param given the arguments. Those that are not parameters of the kernel are dropped
 * @throws if an argument is missing
 */
export function functionStep<Name extends KernelName>(
  name: Name,
  given: Arguments<Name>,
): FunctionStep<Name> {
  const values: Readonly<Record<string, Address | undefined>> = given;
  const taken: Record<string, Address | undefined> = {};
  const reads: BufferId[] = [];
  const writes: BufferId[] = [];
  for (const [parameter, type] of parametersOf(name)) {
    const value = values[parameter];
    taken[parameter] = value;
    if (isAddressRole(type) && isPlace(value)) (type === 'Input' ? reads : writes).push(value.buffer);
  }
  if (!areArguments(name, taken)) throw new Error(`an argument of ${name} is missing`);
  return { kind: 'function', name, reads, writes, arguments: taken };
}

/** Returns the same call with some arguments changed. */
export function withArguments<Name extends KernelName>(
  { name, arguments: given }: StepOf<Name>,
  changes: Partial<Arguments<Name>>,
): FunctionStep<Name> {
  return functionStep(name, { ...given, ...changes });
}

/** Returns the arguments in the order of the kernel's parameters. */
export function orderedArguments({ name, arguments: given }: StepOf<KernelName>): readonly Address[] {
  const values: Readonly<Record<string, Address | undefined>> = given;
  return parametersOf(name).map(([parameter]) => values[parameter] ?? 0);
}

/** Returns the address of the result of a kernel that writes one result. */
export function resultOf(step: StepOf<KernelName>): Address | undefined {
  const position = parametersOf(step.name).findIndex(([, type]) => type === 'Output');
  return orderedArguments(step)[position];
}

/** Returns the same call with another buffer for its result. */
export function withResult<Name extends KernelName>(
  { name, arguments: given }: StepOf<Name>,
  buffer: BufferId,
): FunctionStep<Name> {
  const [parameter = ''] = parametersOf(name).find(([, type]) => type === 'Output') ?? [];
  return functionStep(name, { ...given, [parameter]: { buffer, offset: 0 } });
}

export function isPlace(value: Address | undefined): value is Place {
  return typeof value === 'object';
}

/** Returns the buffer that begins at an address, or undefined. */
export function bufferAt(address: Address | undefined): BufferId | undefined {
  return isPlace(address) && address.offset === 0 ? address.buffer : undefined;
}

function areArguments<Name extends KernelName>(
  name: Name,
  values: Readonly<Record<string, Address | undefined>>,
): values is Arguments<Name> {
  return parametersOf(name).every(([parameter, type]) => {
    const value = values[parameter];
    return typeof value === 'number' || (isAddressRole(type) && isPlace(value));
  });
}
