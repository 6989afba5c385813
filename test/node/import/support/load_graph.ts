import '@tensorflow/tfjs-backend-cpu';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import { enableProdMode, io, setBackend } from '@tensorflow/tfjs-core';

// Otherwise tfjs advises to install tfjs-node.
enableProdMode();

/** What tfjs itself makes of a model directory. */
export async function readArtifacts(directory: string): Promise<io.ModelArtifacts> {
  const json: io.ModelJSON = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
  return io.getModelArtifactsForJSON(json, async (manifest) => {
    const shards = manifest.flatMap(({ paths }) => paths);
    const bytes = Buffer.concat(await Promise.all(shards.map((path) => readFile(join(directory, path)))));
    return [manifest.flatMap(({ weights }) => weights), new Uint8Array(bytes).buffer];
  });
}

/** The GraphModel in a directory, on tfjs's CPU backend. */
export async function loadGraph(directory: string): Promise<GraphModel> {
  await setBackend('cpu');
  return loadGraphModel({ load: () => readArtifacts(directory) });
}
