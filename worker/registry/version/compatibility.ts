import type { Signature, TensorInfo } from '../../model/signature.ts';

type Signatures = Readonly<Record<string, Signature>>;

/** A difference between two versions that clients can observe. */
export interface SignatureDifference {
  /** True if a client of the first version may fail or be misled with the second. */
  readonly isBreaking: boolean;
  /** A description with the place: `serving_default: input "x" is gone`. */
  readonly what: string;
}

/**
 * Compares the signatures of two versions. They are compatible if inputs accept at least as much and outputs promise at
 * least as much: every request that fits `before` fits `after`, and every expectation of a response still holds. The
 * tensors' names inside the graph do not matter.
 */
export function compareSignatures(before: Signatures, after: Signatures): SignatureDifference[] {
  const differences: SignatureDifference[] = [];
  for (const [name, signature] of Object.entries(before)) {
    const other = ownMember(after, name);
    if (other === undefined) differences.push(breaking(`signature "${name}" is gone`));
    else differences.push(...compareSignature(signature, other).map((found) => at(name, found)));
  }
  for (const name of Object.keys(after)) {
    if (ownMember(before, name) === undefined) differences.push(harmless(`signature "${name}" is new`));
  }
  return differences;
}

function compareSignature(before: Signature, after: Signature): SignatureDifference[] {
  const differences: SignatureDifference[] = [];
  if (before.method !== after.method) {
    differences.push(breaking(`the method is ${after.method} and was ${before.method}`));
  }
  for (const [name, info] of Object.entries(before.inputs)) {
    const other = ownMember(after.inputs, name);
    if (other === undefined) differences.push(breaking(`input "${name}" is gone`));
    else differences.push(...compareInput(`input "${name}"`, info, other));
  }
  for (const name of Object.keys(after.inputs)) {
    // Inputs have no defaults: a request without the new input would be refused.
    if (ownMember(before.inputs, name) === undefined) differences.push(breaking(`input "${name}" is new`));
  }
  for (const [name, info] of Object.entries(before.outputs)) {
    const other = ownMember(after.outputs, name);
    if (other === undefined) differences.push(breaking(`output "${name}" is gone`));
    else differences.push(...compareOutput(`output "${name}"`, info, other));
  }
  const wasSingle = Object.keys(before.outputs).length === 1;
  for (const name of Object.keys(after.outputs)) {
    if (ownMember(before.outputs, name) !== undefined) continue;
    differences.push(
      wasSingle
        ? breaking(`output "${name}" is new, and answers had a single output, which stands without its name`)
        : harmless(`output "${name}" is new`),
    );
  }
  return differences;
}

function compareInput(place: string, before: TensorInfo, after: TensorInfo): SignatureDifference[] {
  const [was, is] = [taken(before), taken(after)];
  return [
    ...compareDtype(place, before, after),
    ...compareShape(place, was, is, includesShape(is.shape, was.shape)),
    ...compareRange(place, before.range, after.range),
  ];
}

/** Returns an input as serving enforces it: clients may rely on shapes that it accepts beyond the signature's. */
function taken(info: TensorInfo): TensorInfo {
  return info.anyShape ? { ...info, shape: null } : info;
}

function compareOutput(place: string, before: TensorInfo, after: TensorInfo): SignatureDifference[] {
  return [
    ...compareDtype(place, before, after),
    ...compareShape(place, before, after, includesShape(before.shape, after.shape)),
    ...compareClasses(place, before.classes, after.classes),
  ];
}

function compareDtype(place: string, before: TensorInfo, after: TensorInfo): SignatureDifference[] {
  if (before.dtype === after.dtype) return [];
  return [breaking(`${place} is ${after.dtype} and was ${before.dtype}`)];
}

function compareShape(
  place: string,
  before: TensorInfo,
  after: TensorInfo,
  isFine: boolean,
): SignatureDifference[] {
  if (includesShape(before.shape, after.shape) && includesShape(after.shape, before.shape)) return [];
  const what = `${place} has shape ${describeShape(after.shape)} and had ${describeShape(before.shape)}`;
  return [isFine ? harmless(what) : breaking(what)];
}

/** True if every tensor of the narrower shape also has the wider shape. */
function includesShape(wider: TensorInfo['shape'], narrower: TensorInfo['shape']): boolean {
  if (wider === null) return true;
  if (narrower === null || wider.length !== narrower.length) return false;
  return wider.every((size, axis) => size === -1 || size === narrower[axis]);
}

type Range = TensorInfo['range'];

function compareRange(place: string, before: Range, after: Range): SignatureDifference[] {
  if (before?.[0] === after?.[0] && before?.[1] === after?.[1]) return [];
  const takesAll =
    after === undefined || (before !== undefined && after[0] <= before[0] && after[1] >= before[1]);
  const what = `${place} takes ${describeRange(after)} and took ${describeRange(before)}`;
  return [takesAll ? harmless(what) : breaking(what)];
}

function describeRange(range: Range): string {
  return range === undefined ? 'any value' : `values from ${range.join(' to ')}`;
}

function compareClasses(
  place: string,
  before: readonly string[] | undefined,
  after: readonly string[] | undefined,
): SignatureDifference[] {
  if (before === undefined) return after === undefined ? [] : [harmless(`${place} names its classes now`)];
  if (after === undefined) return [breaking(`${place} does not name its classes any more`)];
  const same = before.length === after.length && before.every((name, index) => name === after[index]);
  return same ? [] : [breaking(`${place} has other classes`)];
}

/** True if a version's number permits breaking changes: its MAJOR is higher. Integers have no such part. */
export function announcesBreaking(current: string, candidate: string): boolean {
  const [major, minor] = candidate.split('.');
  const [currentMajor, currentMinor] = current.split('.');
  if (minor === undefined || currentMinor === undefined) return false;
  return BigInt(major ?? 0) > BigInt(currentMajor ?? 0);
}

function describeShape(shape: TensorInfo['shape']): string {
  return shape === null ? 'of any rank' : `[${shape.map((size) => (size === -1 ? '?' : size)).join(', ')}]`;
}

/** Names come from models, so that inherited members of objects must not count. */
function ownMember<Member>(members: Readonly<Record<string, Member>>, name: string): Member | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

const breaking = (what: string): SignatureDifference => ({ isBreaking: true, what });
const harmless = (what: string): SignatureDifference => ({ isBreaking: false, what });
const at = (name: string, { isBreaking, what }: SignatureDifference): SignatureDifference => ({
  isBreaking,
  what: `${name}: ${what}`,
});
