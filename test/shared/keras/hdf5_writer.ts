import { randomUUID } from 'node:crypto';
import { type Group, File as Hdf5File, ready } from 'h5wasm';

/** A tensor of float32, or of integers where the values are. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** What an HDF5 file is to hold: groups in groups, with attributes, and tensors. */
export interface GroupContent {
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly groups?: Readonly<Record<string, GroupContent>>;
  readonly tensors?: Readonly<Record<string, PlainTensor>>;
}

/** The bytes of an HDF5 file. `change` may add what the content has no words for. */
export async function writeHdf5(
  content: GroupContent,
  change?: (file: Hdf5File) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const library = await ready;
  const name = `/${randomUUID()}.h5`;
  const file = new Hdf5File(name, 'w');
  fill(file, content);
  change?.(file);
  file.flush();
  file.close();
  const bytes = library.FS.readFile(name);
  library.FS.unlink(name);
  return new Uint8Array(bytes);
}

function fill(group: Group, { attributes = {}, groups = {}, tensors = {} }: GroupContent): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') group.create_attribute(name, value);
    // As h5py writes lists of names: bytes of equal length, and numbers where there are none.
    else if (value.length === 0) group.create_attribute(name, new Float64Array(), [0]);
    else {
      const longest = Math.max(...value.map((text) => new TextEncoder().encode(text).length));
      group.create_attribute(name, [...value], [value.length], `S${longest}`);
    }
  }
  for (const [path, { shape, values }] of Object.entries(tensors)) {
    const parts = path.split('/');
    const own = parts.pop() ?? path;
    let inner: Group = group;
    for (const part of parts) inner = groupIn(inner, part);
    inner.create_dataset({ name: own, data: Float32Array.from(values), shape: [...shape], dtype: '<f' });
  }
  for (const [name, inner] of Object.entries(groups)) fill(groupIn(group, name), inner);
}

function groupIn(group: Group, name: string): Group {
  return group.keys().includes(name) ? requireGroup(group, name) : group.create_group(name);
}

function requireGroup(group: Group, name: string): Group {
  const found = group.get(name);
  if (found === null || !('create_group' in found)) throw new Error(`${name} is no group`);
  return found;
}
