/** The stable codes of this project's errors with their meanings, from which docs/errors.md is generated. */
export const ERROR_CODES = {
  ERR_ARCHIVE_INVALID: 'A zip archive, such as a `.keras` file, is damaged or not permitted.',
  ERR_BLOB_CORRUPT: 'A blob is missing, or differs from the manifest.',
  ERR_COMMAND_LINE_INVALID: 'The command line is wrong.',
  ERR_CONFIGURATION_INVALID: 'A variable of a Worker has an invalid value. The message names the variable.',
  ERR_COPY_DAMAGED: 'A file that is to be copied is missing, or differs from the published one.',
  ERR_DELETION_FAILED: 'A prune could not delete files. Its lock is left to expire.',
  ERR_DISK_FULL: 'A disk has no space left.',
  ERR_EXECUTION_FAILED: 'The model could not compute the inputs.',
  ERR_HDF5_INVALID: 'An HDF5 file is damaged or cannot be read.',
  ERR_JPEG_INVALID: 'libjpeg cannot decode an image.',
  ERR_KERNEL_ARGUMENT: 'A kernel was called with tensors or attributes that its operation does not accept.',
  ERR_KERNEL_RESULT: 'A kernel returned a result that its operation does not permit.',
  ERR_LOAD_ABANDONED: 'A load made no progress, and another request took it over.',
  ERR_MANAGEMENT_REFUSED: 'The management Worker refused a request, or cannot be reached.',
  ERR_ONNX_REFUSED: 'A node of an ONNX model cannot be converted.',
  ERR_OUT_OF_MEMORY: 'A computation needs more memory than is available.',
  ERR_OUT_OF_OPERATIONS: 'A request needs more storage operations than `MAX_SUBREQUESTS`.',
  ERR_PATTERN_INVALID: 'A regular expression is not one of RE2, or it is too large.',
  ERR_PATTERN_TOO_SLOW: 'The texts are too long for a regular expression: it would take too many steps.',
  ERR_PLAN_DAMAGED: 'A prepared plan is damaged. The isolate makes the plan of the model.',
  ERR_PLAN_INDESCRIBABLE: 'A plan cannot be stored with a version. New isolates make it of the model.',
  ERR_PNG_INVALID: 'The compressed data of a PNG image is damaged.',
  ERR_POINTER_MALFORMED: 'The stored pointer of a model is malformed.',
  ERR_PREDICT_INPUT_INVALID: 'The input of the command `predict` cannot be used.',
  ERR_PRUNING_LEASE_LOST: 'A prune could not renew its lock in time, and deletes nothing more.',
  ERR_REGISTRY_TOO_LARGE: 'The registry has too many files for a prune in parts.',
  ERR_REMOTE_UNAVAILABLE: "The account's bucket cannot be opened.",
  ERR_RUNTIME_BROKEN: 'A computation trapped and broke the runtime, whose heap is discarded.',
  ERR_SANDBOX_FAILED: 'workerd could not be started for a rehearsal.',
  ERR_STORAGE_TIMEOUT: 'The storage did not answer in time. The operation may still happen.',
  ERR_TFLITE_REFUSED: 'A TensorFlow Lite model is damaged, or an operation of it cannot be converted.',
  ERR_WEIGHT_INVALID: 'The values of a weight are damaged, or tfjs cannot represent them.',
  ERR_WEIGHT_MISFIT: 'A weight does not belong to a layer, or has another shape.',
  ERR_WORKER_BUILD_FAILED: 'The Worker could not be built for a rehearsal.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The base class of this project's errors. Programs distinguish errors by `code`, since messages may change. */
export abstract class CodedError extends Error {
  abstract readonly code: ErrorCode;
}
