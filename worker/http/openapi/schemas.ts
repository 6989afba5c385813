import { type ConversionConfig, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import * as openInference from '../open_inference/schema.ts';
import * as tensorFlowServing from './tensorflow_serving_schema.ts';

/** The schemas of the document by their names there. */
const SCHEMAS = {
  Error: openInference.ErrorSchema,
  Health: v.object({ status: v.literal('ok') }),
  PredictRequest: tensorFlowServing.PredictRequestSchema,
  PredictResponse: tensorFlowServing.PredictResponseSchema,
  ExamplesRequest: tensorFlowServing.ExamplesRequestSchema,
  ClassifyResponse: tensorFlowServing.ClassifyResponseSchema,
  RegressResponse: tensorFlowServing.RegressResponseSchema,
  ModelStatus: tensorFlowServing.ModelStatusSchema,
  SignatureMetadata: tensorFlowServing.ModelMetadataSchema,
  ServerMetadata: openInference.ServerMetadataSchema,
  Live: openInference.LiveSchema,
  Ready: openInference.ReadySchema,
  ModelList: openInference.ModelListSchema,
  ModelMetadata: openInference.ModelMetadataSchema,
  ModelReady: openInference.ModelReadySchema,
  ModelConfiguration: openInference.ModelConfigurationSchema,
  Statistics: openInference.StatisticsSchema,
  RepositoryIndexRequest: openInference.RepositoryIndexRequestSchema,
  RepositoryIndex: openInference.RepositoryIndexSchema,
  InferenceRequest: openInference.InferenceRequestSchema,
  RequestInput: openInference.RequestInputSchema,
  RequestedOutput: openInference.RequestedOutputSchema,
  InferenceResponse: openInference.InferenceResponseSchema,
  ResponseOutput: openInference.ResponseOutputSchema,
};

export type SchemaName = keyof typeof SCHEMAS;

export function schemaReference(name: SchemaName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

const CONVERSION: ConversionConfig = {
  // The schemas describe the input of validation, which is the result of JSON.parse.
  typeMode: 'input',
  target: 'draft-2020-12',
  overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  overrideSchema: ({ valibotSchema }) =>
    valibotSchema === openInference.TensorDataSchema
      ? { type: 'array', description: 'Values in row-major order: one list, or lists nested like the shape' }
      : undefined,
};

/** Converts the validating schemas to JSON Schema. */
export function jsonSchemas(): Readonly<Record<SchemaName, object>> {
  return toJsonSchemaDefs(SCHEMAS, CONVERSION);
}
