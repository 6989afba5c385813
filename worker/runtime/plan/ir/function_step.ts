import {
  type AddressRole,
  isAddressRole,
  type KernelName,
  type Parameter,
  type ParameterType,
  parametersOf,
} from '../../kernels/kernel_functions.ts';
import type { Access, BufferId, Place } from './buffers.ts';

/** An address of a call: in a buffer, or a number where it never changes. It is 0 for what is left out. */
export type Address = number | Place;

/** The arguments of a kernel by its parameters; of several kernels, those that all of them have. */
export type Arguments<Name extends KernelName> = {
  readonly [Of in Parameter<Name>]: ParameterType<Name, Of> extends AddressRole ? Address : number;
};

/** A call of a kernel. What it reads and writes follows from its arguments. */
export interface StepOf<Name extends KernelName> extends Access {
  readonly kind: 'function';
  readonly name: Name;
  readonly arguments: Arguments<Name>;
}

/** A call of one of our WebAssembly functions, whose name says which arguments there are. */
export type FunctionStep<Name extends KernelName = KernelName> = { [One in Name]: StepOf<One> }[Name];

/**
 * A call of a kernel.
 *
 * @param given what is not among the kernel's parameters is left out
 * @throws where an argument is missing
 */
export function functionStep<Name extends KernelName>(
  name: Name,
  given: Arguments<Name>,
): FunctionStep<Name> {
  const values = new Map<string, Address>(Object.entries(given));
  const taken: Record<string, Address | undefined> = {};
  const reads: BufferId[] = [];
  const writes: BufferId[] = [];
  for (const [parameter, type] of parametersOf(name)) {
    const value = values.get(parameter);
    taken[parameter] = value;
    if (isAddressRole(type) && isPlace(value)) (type === 'Input' ? reads : writes).push(value.buffer);
  }
  if (!areArguments(name, taken)) throw new Error(`an argument of ${name} is missing`);
  return { kind: 'function', name, reads, writes, arguments: taken };
}

/** The same call with some of its arguments changed. */
export function withArguments<Name extends KernelName>(
  { name, arguments: given }: StepOf<Name>,
  changes: Partial<Arguments<Name>>,
): FunctionStep<Name> {
  return functionStep(name, { ...given, ...changes });
}

/** The arguments in the order in which the kernel takes them. */
export function orderedArguments({ name, arguments: given }: StepOf<KernelName>): readonly Address[] {
  const values = new Map<string, Address>(Object.entries(given));
  return parametersOf(name).map(([parameter]) => values.get(parameter) ?? 0);
}

/** What a kernel that writes one result writes it to. */
export function resultOf(step: StepOf<KernelName>): Address | undefined {
  const position = parametersOf(step.name).findIndex(([, type]) => type === 'Output');
  return orderedArguments(step)[position];
}

/** The same call with another buffer for its result. */
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

/** The buffer that begins at an address. */
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
