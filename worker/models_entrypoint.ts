import { WorkerEntrypoint } from 'cloudflare:workers';
import { faultMessage } from './fault.ts';
import type {
  InputTensor,
  Metadata,
  ModelList,
  Predicted,
  PredictOptions,
  Refused,
  VersionOptions,
} from './rpc/api.ts';
import { type Wiring, wiringOf } from './wiring.ts';

/**
 * The interface for other Workers of the account, without HTTP and JSON. A Worker gets it by a service binding with the
 * entrypoint `Models`. Only Workers of the account can have such a binding, so that no API key is needed.
 */
export class Models extends WorkerEntrypoint<Env> {
  /**
   * Computes a signature of a model.
   *
   * @param inputs the inputs by their names in the signature, each with values in row-major order
   */
  predict(
    model: string,
    inputs: Readonly<Record<string, InputTensor>>,
    options?: PredictOptions,
  ): Promise<Predicted> {
    return this.#answer('predict', ({ calls }) => calls.predict(model, inputs, options, this.ctx));
  }

  /** Returns the signatures of a version without loading it. */
  metadata(model: string, options?: VersionOptions): Promise<Metadata | Refused> {
    return this.#answer('metadata', ({ calls }) => calls.metadata(model, options, this.ctx));
  }

  /** Lists the published models in alphabetical order. */
  models(): Promise<ModelList> {
    return this.#answer('models', ({ calls }) => calls.models());
  }

  async #answer<Answer>(
    method: string,
    call: (wiring: Wiring) => Promise<Answer | Refused>,
  ): Promise<Answer | Refused> {
    try {
      return await call(wiringOf(this.env));
    } catch (error) {
      return { ok: false, status: 500, message: faultMessage(error, method, crypto.randomUUID()) };
    }
  }
}
