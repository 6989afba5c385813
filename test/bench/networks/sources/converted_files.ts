import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { convertGraph } from '../../../../import/convert_graph.ts';
import type { Graph } from '../../../../import/graph/graph.ts';
import type { Imported } from '../../../../import/import_result.ts';
import { readTfjsDirectory } from '../../../../import/tfjs/tfjs_directory.ts';
import type { Signature } from '../../../../worker/model/signature.ts';

/** What a publish makes of a file in another format. */
export interface ConvertedFiles {
  /** The tfjs files by their paths, including model.json. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly signature: Pick<Signature, 'inputs' | 'outputs'>;
}

/** Converts a model's file as a publish does. @param read makes a graph of the file at a path */
export async function convertedFiles(
  bytes: Uint8Array,
  name: string,
  read: (file: string) => Promise<Imported<{ readonly graph: Graph }>>,
): Promise<ConvertedFiles> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-bench-converted-'));
  try {
    const file = path.join(directory, name);
    const target = path.join(directory, 'converted');
    await writeFile(file, bytes);
    await mkdir(target);
    const { graph } = readValue(await read(file));
    readValue(await convertGraph(graph, target, {}));
    const converted = await readTfjsDirectory(target);
    if (converted.kind !== 'read') throw new Error(converted.message);
    const files = new Map<string, Uint8Array>();
    for (const [each, source] of converted.files) files.set(each, new Uint8Array(await readFile(source)));
    const { inputs = {}, outputs = {} } = converted.content.signatures.serving_default ?? {};
    return { files, signature: { inputs, outputs } };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function readValue<T>(imported: Imported<T>): T {
  if (imported.kind !== 'read') throw new Error(imported.message);
  return imported.value;
}
