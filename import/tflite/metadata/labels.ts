import { ArchiveError, ZipArchive } from '../../files/archive/zip_archive.ts';
import type { Metadata } from './metadata.ts';

const LARGEST_LABELS_BYTES = 2 ** 24;

/**
 * The names of the classes of outputs, from the files in the archive behind the model.
 *
 * @returns by the place of the output; nothing where there are no such files
 */
export async function readLabels(
  path: string,
  metadata: Metadata | undefined,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const labels = new Map<number, readonly string[]>();
  const named =
    metadata?.outputs.flatMap(({ labels: name }, index) => (name === undefined ? [] : [{ name, index }])) ??
    [];
  if (named.length === 0) return labels;
  const archive = await openArchive(path);
  if (archive === undefined) return labels;
  try {
    for (const { name, index } of named) {
      if (!archive.has(name)) continue;
      const text = await archive.text(name, LARGEST_LABELS_BYTES);
      labels.set(index, text.replace(/\r?\n$/, '').split(/\r?\n/));
    }
  } finally {
    await archive.close();
  }
  return labels;
}

/** A model whose archive is lost answers without names. */
async function openArchive(path: string): Promise<ZipArchive | undefined> {
  try {
    return await ZipArchive.openAppended(path);
  } catch (error) {
    if (error instanceof ArchiveError) return undefined;
    throw error;
  }
}
