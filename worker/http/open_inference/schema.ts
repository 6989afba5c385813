import * as v from 'valibot';
import { DATATYPES } from './datatype.ts';
import { DataText } from './request/data_text.ts';

/**
 * The documents of Open Inference Protocol v2. These schemas validate requests, and the OpenAPI document is generated
 * from them. The messages use Triton's words.
 */

/** The protocol's schema limit. No tensor has a higher rank. */
const MAX_RANK = 32;

const NameSchema = v.pipe(v.string("Unable to parse 'name': expected a string"), v.nonEmpty());
const DatatypeSchema = v.picklist(
  DATATYPES,
  (issue) => `Unable to parse 'datatype': ${issue.received} is not one of ${DATATYPES.join(', ')}`,
);

const UNSIGNED = "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer";
const ShapeSchema = v.pipe(
  v.array(
    v.pipe(v.number(UNSIGNED), v.integer(UNSIGNED), v.minValue(0, UNSIGNED)),
    "Unable to parse 'shape': expected an array",
  ),
  v.maxLength(MAX_RANK, `Unable to parse 'shape': it has more than ${MAX_RANK} dimensions`),
);

/** Values in row-major order, as one list or as lists nested like the shape. They are read once the model is known. */
export const TensorDataSchema = v.custom<DataText>(
  (value) => value instanceof DataText,
  "Unable to parse 'data': attempt to access non-array as array",
);

const ParametersSchema = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean()], 'A parameter is a string, a number or a boolean'),
  "Unable to parse 'parameters': expected an object",
);

const SizeSchema = v.pipe(
  v.number("Unable to parse 'binary_data_size': expected a number"),
  v.integer("Unable to parse 'binary_data_size': expected a whole number"),
  v.minValue(0, "Unable to parse 'binary_data_size': expected an unsigned number"),
  v.description('The bytes of this tensor behind the JSON; the tensor then has no data'),
);
const COUNT =
  "Unable to parse 'classification': attempt to access JSON non-unsigned-integer as unsigned-integer";
const ClassificationSchema = v.pipe(
  v.number(COUNT),
  v.integer(COUNT),
  v.minValue(0, COUNT),
  v.description(
    'How many classes replace the values: strings "value:index" or "value:index:label", best first',
  ),
);
const flag = (name: string) => v.optional(v.boolean(`Unable to parse '${name}': expected a boolean`));
const ParameterSchema = v.union(
  [v.string(), v.number(), v.boolean()],
  'A parameter is a string, a number or a boolean',
);

export const RequestInputSchema = v.object({
  name: NameSchema,
  shape: ShapeSchema,
  datatype: DatatypeSchema,
  parameters: v.optional(
    v.objectWithRest(
      {
        binary_data_size: v.optional(SizeSchema),
        content_type: v.optional(
          v.pipe(
            v.string("Unable to parse 'content_type': expected a string"),
            v.description('base64: the strings of a BYTES tensor are base64 of its elements'),
          ),
        ),
      },
      ParameterSchema,
    ),
  ),
  data: v.optional(TensorDataSchema),
});
export type RequestInput = v.InferOutput<typeof RequestInputSchema>;

export const RequestedOutputSchema = v.object({
  name: NameSchema,
  parameters: v.optional(
    v.objectWithRest(
      { binary_data: flag('binary_data'), classification: v.optional(ClassificationSchema) },
      ParameterSchema,
    ),
  ),
});

export const InferenceRequestSchema = v.object({
  id: v.optional(v.string("Unable to parse 'id': expected a string")),
  parameters: v.optional(
    v.objectWithRest(
      {
        /** The default of `binary_data` for the outputs. */
        binary_data_output: flag('binary_data_output'),
        signature_name: v.optional(
          v.pipe(
            v.string("Unable to parse 'signature_name': expected a string"),
            v.description('The signature to execute if the model has several'),
          ),
        ),
      },
      ParameterSchema,
    ),
  ),
  inputs: v.array(RequestInputSchema, "Unable to parse 'inputs': expected an array"),
  outputs: v.optional(v.array(RequestedOutputSchema, "Unable to parse 'outputs': expected an array")),
});
export type InferenceRequest = v.InferOutput<typeof InferenceRequestSchema>;

export const ResponseOutputSchema = v.strictObject({
  name: v.string(),
  shape: ShapeSchema,
  datatype: v.picklist(['FP32', 'INT32', 'BOOL', 'BYTES']),
  parameters: v.optional(ParametersSchema),
  data: v.optional(
    v.pipe(
      v.array(v.nullable(v.union([v.number(), v.boolean(), v.string()]))),
      v.description('One list in row-major order; absent if the tensor is behind the JSON'),
    ),
  ),
});
export type ResponseOutput = v.InferOutput<typeof ResponseOutputSchema>;

export const InferenceResponseSchema = v.strictObject({
  model_name: v.string(),
  model_version: v.string(),
  id: v.optional(v.string()),
  outputs: v.array(ResponseOutputSchema),
});

const TensorMetadataSchema = v.strictObject({
  name: v.string(),
  datatype: v.picklist(['FP32', 'INT32', 'BOOL', 'BYTES']),
  shape: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))),
    v.description('-1 stands for any size'),
  ),
  parameters: v.exactOptional(
    v.strictObject({
      classes: v.pipe(
        v.exactOptional(v.string()),
        v.description('A JSON list: the classes that the positions of the last dimension stand for'),
      ),
      minimum: v.pipe(
        v.exactOptional(v.number()),
        v.description('The least value that an image has in the input'),
      ),
      maximum: v.pipe(v.exactOptional(v.number()), v.description('The greatest one')),
      channels: v.exactOptional(v.picklist(['rgb', 'bgr', 'gray'])),
    }),
  ),
});
export type TensorMetadata = v.InferOutput<typeof TensorMetadataSchema>;

export const ModelMetadataSchema = v.strictObject({
  name: v.string(),
  versions: v.optional(v.array(v.string())),
  platform: v.picklist(['tensorflowjs_graphmodel', 'tensorflowjs_layersmodel']),
  inputs: v.array(TensorMetadataSchema),
  outputs: v.array(TensorMetadataSchema),
});
export type ModelMetadata = v.InferOutput<typeof ModelMetadataSchema>;

/** As in Triton's extension for model configurations. */
const TensorConfigurationSchema = v.strictObject({
  name: v.string(),
  data_type: v.picklist(['TYPE_FP32', 'TYPE_INT32', 'TYPE_BOOL', 'TYPE_STRING']),
  dims: v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))),
});
export type TensorConfiguration = v.InferOutput<typeof TensorConfigurationSchema>;

export const ModelConfigurationSchema = v.strictObject({
  name: v.string(),
  platform: v.picklist(['tensorflowjs_graphmodel', 'tensorflowjs_layersmodel']),
  backend: v.literal('edge-serving'),
  max_batch_size: v.pipe(v.literal(0), v.description('0: the shapes include the batch')),
  input: v.array(TensorConfigurationSchema),
  output: v.array(TensorConfigurationSchema),
});
export type ModelConfiguration = v.InferOutput<typeof ModelConfigurationSchema>;

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const DurationSchema = v.strictObject({
  count: CountSchema,
  ns: v.pipe(CountSchema, v.description('Nanoseconds of all together')),
});

/** As in Triton's extension for statistics. */
const VersionStatisticsSchema = v.strictObject({
  name: v.string(),
  version: v.string(),
  last_inference: v.pipe(CountSchema, v.description('Milliseconds since 1970; 0 if there was none')),
  inference_count: v.pipe(CountSchema, v.description('Examples of the requests that were answered')),
  execution_count: CountSchema,
  inference_stats: v.strictObject({
    success: DurationSchema,
    fail: DurationSchema,
    queue: DurationSchema,
    compute_input: DurationSchema,
    compute_infer: DurationSchema,
    compute_output: DurationSchema,
    cache_hit: DurationSchema,
    cache_miss: DurationSchema,
  }),
  batch_stats: v.pipe(v.tuple([]), v.description('Empty: sizes of batches are in the metrics')),
});
export type VersionStatistics = v.InferOutput<typeof VersionStatisticsSchema>;

export const StatisticsSchema = v.strictObject({
  model_stats: v.array(VersionStatisticsSchema),
  note: v.pipe(v.string(), v.description('Whose requests are counted')),
});
export type Statistics = v.InferOutput<typeof StatisticsSchema>;

/** As in Triton's extension for model repositories. All models are ready, since they load on demand. */
export const RepositoryIndexRequestSchema = v.object({ ready: v.optional(v.boolean()) });

export const RepositoryIndexSchema = v.array(
  v.strictObject({ name: v.string(), state: v.literal('READY'), reason: v.literal('') }),
);
export type RepositoryIndex = v.InferOutput<typeof RepositoryIndexSchema>;

export const ServerMetadataSchema = v.strictObject({
  name: v.string(),
  version: v.string(),
  extensions: v.array(v.string()),
});
export const LiveSchema = v.strictObject({ live: v.literal(true) });
export const ReadySchema = v.strictObject({ live: v.literal(true), ready: v.literal(true) });
export const ModelReadySchema = v.strictObject({ name: v.string(), ready: v.literal(true) });
export const ModelListSchema = v.strictObject({ models: v.array(v.string()) });
export const ErrorSchema = v.strictObject({ error: v.string() });
