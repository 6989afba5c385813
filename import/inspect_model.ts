import { readFile } from 'node:fs/promises';
import type { ImportProblem } from './import_result.ts';
import { type OpenModelOptions, openModel } from './open_model.ts';
import { type ModelSummary, summarizeModel } from './summarize_model.ts';

/** Reads a model of any supported format and summarizes it. It removes all temporary files. */
export async function inspectModel(
  path: string,
  options: OpenModelOptions,
): Promise<{ readonly kind: 'read'; readonly value: ModelSummary } | ImportProblem> {
  const imported = await openModel(path, options);
  if (imported.kind !== 'read') return imported;
  const { sourceFormat, content, files } = imported;
  const topology = files.get(content.topology);
  if (topology === undefined) throw new Error(`the import names no file for ${content.topology}`);
  const json: unknown = JSON.parse(new TextDecoder().decode(await readFile(topology)));
  return { kind: 'read', value: summarizeModel(sourceFormat, content, json) };
}
