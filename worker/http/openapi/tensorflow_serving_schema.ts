import * as v from 'valibot';

/**
 * The documents of TensorFlow Serving's REST API for OpenAPI. The protocol's own parser reads the requests and accepts
 * numbers that are not JSON. These schemas cover the requests that are JSON.
 */

const SignatureNameSchema = v.optional(
  v.pipe(v.string(), v.description('The signature to execute; serving_default if it is omitted')),
);

export const PredictRequestSchema = v.pipe(
  v.object({
    signature_name: SignatureNameSchema,
    instances: v.optional(
      v.pipe(
        v.array(v.unknown()),
        v.description('Row format: a value, or an object of named inputs, for each example'),
      ),
    ),
    inputs: v.optional(
      v.pipe(
        v.unknown(),
        v.description('Columnar format: the only input, or an object with each input by its name'),
      ),
    ),
  }),
  v.description('Exactly one of instances and inputs. Strings of bytes are written {"b64": "..."}.'),
);

export const PredictResponseSchema = v.pipe(
  v.union([v.object({ predictions: v.array(v.unknown()) }), v.object({ outputs: v.unknown() })]),
  v.description(
    'predictions responds to instances, outputs responds to inputs. Numbers may be NaN, Infinity and -Infinity.',
  ),
);

export const ExamplesRequestSchema = v.object({
  signature_name: SignatureNameSchema,
  context: v.optional(
    v.pipe(v.record(v.string(), v.unknown()), v.description('Features that all examples share')),
  ),
  examples: v.pipe(v.array(v.record(v.string(), v.unknown())), v.description('Features by their names')),
});

/** A number. Strict JSON uses null for one that is not finite. */
const ScoreSchema = v.nullable(v.number());

export const ClassifyResponseSchema = v.object({
  results: v.pipe(
    v.array(v.array(v.tuple([v.string(), ScoreSchema]))),
    v.description('For each example, its classes with their scores'),
  ),
});

export const RegressResponseSchema = v.object({
  results: v.pipe(v.array(ScoreSchema), v.description('For each example, its value')),
});

export const ModelStatusSchema = v.object({
  model_version_status: v.pipe(
    v.array(
      v.object({
        version: v.string(),
        state: v.picklist(['START', 'LOADING', 'AVAILABLE', 'UNLOADING', 'END']),
        status: v.object({ error_code: v.string(), error_message: v.string() }),
      }),
    ),
    v.description('Newest version first'),
  ),
});

const TensorInfoSchema = v.object({
  dtype: v.string(),
  tensor_shape: v.object({
    dim: v.array(v.object({ size: v.string(), name: v.string() })),
    unknown_rank: v.boolean(),
  }),
  name: v.string(),
});

const ImageInputMetadataSchema = v.object({
  height: v.number(),
  width: v.number(),
  channels: v.picklist(['rgb', 'bgr', 'gray']),
  layout: v.picklist(['NHWC', 'NCHW']),
  minimum: v.pipe(v.number(), v.description('The least value that an image has in the input')),
  maximum: v.pipe(v.number(), v.description('The greatest one')),
});

export const ModelMetadataSchema = v.object({
  model_spec: v.object({ name: v.string(), signature_name: v.string(), version: v.string() }),
  metadata: v.object({
    signature_def: v.object({
      signature_def: v.record(
        v.string(),
        v.object({
          inputs: v.record(v.string(), TensorInfoSchema),
          outputs: v.record(v.string(), TensorInfoSchema),
          method_name: v.string(),
        }),
      ),
    }),
    left_out: v.pipe(
      v.exactOptional(v.record(v.string(), v.string())),
      v.description('Signatures of the model that are not served, and why'),
    ),
    class_names: v.pipe(
      v.exactOptional(v.record(v.string(), v.record(v.string(), v.array(v.string())))),
      v.description(
        'By signature and output: the classes that the positions of the last dimension stand for',
      ),
    ),
    image_inputs: v.pipe(
      v.exactOptional(v.record(v.string(), v.record(v.string(), ImageInputMetadataSchema))),
      v.description('By signature and input: what the file of an image becomes'),
    ),
  }),
});
