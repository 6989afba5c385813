import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readTfjsGraph } from '../../../import/graph/read_tfjs_graph.ts';
import { quantizeDynamicProducts } from '../../../import/quantize/dynamic_products.ts';
import { readTfjsDirectory } from '../../../import/tfjs/tfjs_directory.ts';
import { writeGraphModel } from '../../../import/tfjs/writer/write_graph_model.ts';
import type { Network, NetworkSource } from './network.ts';

/**
 * Codes of activations follow from the last bits of sums, which engines add in different orders. A code that differs by
 * one changes a value by up to a hundredth of the largest.
 */
const TOLERANCE = 0.02;

/** The same network with products of 8-bit weights and rows that are quantized as they come. It has no ONNX file. */
export function withDynamicProducts(source: NetworkSource): NetworkSource {
  const name = `${source.name}-int8`;
  return {
    name,
    build: async () => {
      const network = await source.build();
      if (network === undefined) return undefined;
      const { onnx: _, description, files, ...others } = network;
      const quantized = await quantizedFiles(files);
      return {
        ...others,
        ...quantized,
        ...{ name, description: `${description}, weights of 8 bits`, tolerance: TOLERANCE },
      };
    },
  };
}

async function quantizedFiles(files: Network['files']): Promise<Pick<Network, 'files' | 'weightBytes'>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'edge-serving-bench-int8-'));
  try {
    for (const [name, bytes] of files) await writeFile(path.join(directory, name), bytes);
    const model = await readTfjsGraph(directory);
    if (model.kind !== 'read') throw new Error(model.message);
    const target = path.join(directory, 'quantized');
    await mkdir(target);
    await writeGraphModel((await quantizeDynamicProducts(model.value.graph)).graph, target);
    const read = await readTfjsDirectory(target);
    if (read.kind !== 'read') throw new Error(read.message);
    const written = new Map<string, Uint8Array>();
    for (const [name, source] of read.files) written.set(name, new Uint8Array(await readFile(source)));
    return { files: written, weightBytes: read.content.weightBytes };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
