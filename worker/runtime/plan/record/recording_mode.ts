/** How a model is executed while it is recorded. */
export interface RecordingMode {
  /** True if the computation is asynchronous, so that others may create tensors meanwhile. */
  readonly waits: boolean;
  /**
   * False if calls are only noted: next to nothing that depends on the inputs is computed, and an attempt to read such
   * values ends the recording with an error.
   */
  readonly computes: boolean;
}
