export type { InputTensor, OutputTensor, Predicted, Refused } from '../worker/rpc/api.ts';
export { AnswerError } from './binary_tensors.ts';
export {
  type CallOptions,
  type Classified,
  type ClassifyOptions,
  type ClassScore,
  Client,
  type ClientOptions,
  createClient,
  type Described,
  type Listed,
  type PredictedBy,
  type PredictOptions,
} from './client.ts';
export type { ImageSource } from './image.ts';
export type { SignatureDescription, Signatures, TensorDescription } from './signatures.ts';
