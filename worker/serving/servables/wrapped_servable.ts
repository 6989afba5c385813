import type { LeftOut } from '../../model/content.ts';
import type { ImageInput } from '../../model/image_input.ts';
import type { Signature } from '../../model/signature.ts';
import type { NamedTensors } from '../../model/tensor.ts';
import type { ValueOrPromise } from '../../runtime/value_or_promise.ts';
import type { ExecutionResult, ServableView } from '../api.ts';

/** A servable with the description of another one, whose executions a subclass follows. */
export abstract class WrappedServable implements ServableView {
  readonly model: string;
  readonly version: string;
  readonly signatures: Readonly<Record<string, Signature>>;
  readonly leftOut: LeftOut | undefined;
  readonly image: ImageInput | undefined;
  protected readonly servable: ServableView;

  constructor(servable: ServableView) {
    this.model = servable.model;
    this.version = servable.version;
    this.signatures = servable.signatures;
    this.leftOut = servable.leftOut;
    this.image = servable.image;
    this.servable = servable;
  }

  abstract execute(
    signature: Signature,
    inputs: NamedTensors,
    heapGrowthBytes?: number,
  ): ValueOrPromise<ExecutionResult>;
}
