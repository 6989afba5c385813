import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { convertGraph } from '../../../import/convert_graph.ts';
import type { Imported } from '../../../import/import_result.ts';
import { readOnnx } from '../../../import/onnx/read_onnx.ts';
import { readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import type { OnnxFile } from './network.ts';

/** Converts an ONNX file as a publish does. */
export async function onnxFile(bytes: Uint8Array): Promise<OnnxFile> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-bench-onnx-'));
  try {
    const file = path.join(directory, 'model.onnx');
    const target = path.join(directory, 'converted');
    await writeFile(file, bytes);
    await mkdir(target);
    const { graph } = readValue(await readOnnx(file));
    readValue(await convertGraph(graph, target, {}));
    const read = await readTfjsDirectory(target);
    if (read.kind !== 'read') throw new Error(read.message);
    const converted = new Map<string, Uint8Array>();
    for (const [name, source] of read.files) converted.set(name, new Uint8Array(await readFile(source)));
    const { inputs = {}, outputs = {} } = read.content.signatures.serving_default ?? {};
    const tensors = Object.entries({ ...inputs, ...outputs }).map(
      ([name, info]) => [name, info.name] as const,
    );
    return { bytes, converted, tensors: new Map(tensors) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function readValue<T>(imported: Imported<T>): T {
  if (imported.kind !== 'read') throw new Error(imported.message);
  return imported.value;
}
