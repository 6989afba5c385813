import { type KernelFunctions, SIGNATURES } from './kernel_signatures.ts';

export type KernelName = keyof typeof SIGNATURES;

/** The names of a kernel's parameters. For several kernels, the names that all of them have. */
export type Parameter<Name extends KernelName> = keyof (typeof SIGNATURES)[Name];

/** A parameter's type in AssemblyScript. */
export type ParameterType<
  Name extends KernelName,
  Of extends Parameter<Name>,
> = (typeof SIGNATURES)[Name][Of];

/** The types of address parameters: see assembly/roles.ts. */
export type AddressRole = 'Input' | 'Output' | 'Scratch';

export function isAddressRole(type: string): type is AddressRole {
  return type === 'Input' || type === 'Output' || type === 'Scratch';
}

type Parameters = readonly (readonly [parameter: string, type: string])[];

const PARAMETERS = new Map<KernelName, Parameters>();

/** Returns the names and types of a kernel's parameters in order. */
export function parametersOf(name: KernelName): Parameters {
  const known = PARAMETERS.get(name);
  if (known !== undefined) return known;
  const parameters = Object.entries<string>(SIGNATURES[name]);
  PARAMETERS.set(name, parameters);
  return parameters;
}

/** Instantiates the kernels on a memory. The module has no data and no state of its own. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelFunctions {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!isKernelFunctions(exports)) throw new Error('the kernels were built from other sources');
  return exports;
}

export function isKernelFunctions(functions: object): functions is KernelFunctions {
  return Object.keys(SIGNATURES).every((name) => typeof Reflect.get(functions, name) === 'function');
}
